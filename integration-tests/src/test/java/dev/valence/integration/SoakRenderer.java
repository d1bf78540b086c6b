package dev.valence.integration;

import dev.valence.HandlerOptions;
import dev.valence.IpcSender;
import dev.valence.TypeRef;
import dev.valence.renderer.IpcRenderer;
import java.time.Duration;
import java.util.Map;

/** The program of the renderers in {@link SoakIT}: does at random what can be done, and tells main what went wrong. */
public final class SoakRenderer {

    private static final int WORKERS = 2;

    private SoakRenderer() {}

    /**
     * Runs until main closes.
     *
     * @param args the name, then how many renderers there are, a seed, and how many seconds it lasts at most
     */
    public static void main(String[] args) {
        int renderers = Integer.parseInt(args[1]);
        long seed = Long.parseLong(args[2]);
        Duration time = Duration.ofSeconds(Long.parseLong(args[3]));
        IpcRenderer.run(renderer -> setUp(renderer, renderers, seed, time));
    }

    /** The name of a renderer, by its place. */
    static String name(int place) {
        return "soak-" + place;
    }

    private static void setUp(IpcRenderer renderer, int renderers, long seed, Duration time) {
        SoakRecord record = new SoakRecord(renderer.name() + " (" + renderer.id() + ")", text -> {
            System.err.println("violation: " + text);
            renderer.trySend("violation", text);
        });
        SoakNews news = new SoakNews(renderer::broadcast, renderer.id(), renderer.name(), record);
        SoakVerb broadcast = new SoakVerb("broadcast", 3, worker -> news.publish(worker.random));
        SoakEnd<IpcSender> end = new SoakEnd<>(renderer, renderer, record, SoakVerb.all(broadcast));
        end.register();
        news.hear(renderer, "main");
        for (int i = 0; i < renderers; i++) {
            if (!name(i).equals(renderer.name())) {
                news.hear(renderer, name(i));
            }
        }
        renderer.handleVoid("go", Void.class, (event, nothing) -> end.start(WORKERS, seed, time));
        renderer.handleVoid("doom", Void.class, (event, nothing) -> record.doom());
        renderer.handleVoid("stop", Void.class, (event, nothing) -> {
            end.stop();
            end.awaitCancelled();
        });
        renderer.handle(
                "last news",
                Void.class,
                (event, nothing) -> news.publish(0)
                        .report()
                        .thenApply(report -> report.accepted().size()));
        renderer.handle("summary", Void.class, (event, nothing) -> {
            renderer.invokeSync("fence", null, Void.class);
            return record.summary(end.sent(), news.heard(), news.published());
        });
        TypeRef<Map<Integer, Long>> streams = new TypeRef<>() {};
        renderer.handle(
                "check",
                streams,
                (event, sent) -> {
                    end.checkAllCame(sent);
                    return record.summary(Map.of(), Map.of(), 0).violations();
                },
                HandlerOptions.defaults());
    }
}
