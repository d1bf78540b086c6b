package dev.valence.integration;

import dev.valence.HandlerOptions;
import dev.valence.IpcSender;
import dev.valence.TypeRef;
import dev.valence.renderer.IpcRenderer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The program of the renderers in {@link SoakIT}: does at random what can be done, and tells main what went wrong. */
public final class SoakRenderer {

    private static final int WORKERS = 2;

    private SoakRenderer() {}

    /**
     * Runs until main closes.
     *
     * @param args the name, then how many renderers there are
     */
    public static void main(String[] args) {
        int renderers = Integer.parseInt(args[1]);
        IpcRenderer.run(renderer -> setUp(renderer, renderers));
    }

    /**
     * What a renderer needs to know to begin.
     *
     * @param life the number of its process, among all
     * @param seconds after which it stops by itself
     */
    record Start(long life, long seed, long seconds) {}

    /** The name of a renderer, by its place. */
    static String name(int place) {
        return "soak-" + place;
    }

    private static void setUp(IpcRenderer renderer, int renderers) {
        SoakRecord record = new SoakRecord(renderer.name() + " (" + renderer.id() + ")", text -> {
            System.err.println("violation: " + text);
            renderer.trySend("violation", text);
        });
        SoakNews news = new SoakNews(renderer::broadcast, renderer.id(), renderer.name(), record);
        SoakVerb broadcast = new SoakVerb("broadcast", 3, worker -> news.publish(worker.random));
        AtomicLong life = new AtomicLong();
        SoakVerb sibling = new SoakVerb(
                "pipe to a sibling",
                2,
                worker -> SoakPipe.openToSibling(worker, life.get(), worker.random.nextInt(renderers)));
        SoakEnd<IpcSender> end = new SoakEnd<>(renderer, renderer, record, SoakVerb.all(broadcast, sibling));
        end.register();
        news.hear(renderer, "main");
        for (int i = 0; i < renderers; i++) {
            if (!name(i).equals(renderer.name())) {
                news.hear(renderer, name(i));
            }
        }
        renderer.handleVoid("go", Start.class, (event, start) -> {
            renderer.invokeSync("fence", null, Void.class); // after this main's listeners have had what came before
            life.set(start.life);
            news.begin(start.life);
        });
        renderer.handleVoid(
                "work",
                Start.class,
                (event, start) -> end.start(WORKERS, start.seed, Duration.ofSeconds(start.seconds)));
        renderer.handle(
                "who", Void.class, (event, nothing) -> ProcessHandle.current().pid() + "");
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
