package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.Call;
import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.TypeRef;
import dev.valence.main.ExitReason;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One soak: a main, its renderers, and what happens to them. Used by the thread of the test. */
final class SoakRun implements AutoCloseable {

    private static final int WORKERS = 2; // of main, for each renderer
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration BETWEEN_PROGRESS = Duration.ofSeconds(30);

    private final Rig rig = Rig.open();
    private final Random random;
    private final Duration time;
    private final long startNanos = System.nanoTime();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final SoakRecord ofMain = new SoakRecord("main", violations::add);
    private final SoakNews news = new SoakNews(rig.main()::broadcast, 0, "main", ofMain);
    private final List<SoakRecord> records = new ArrayList<>(List.of(ofMain));
    private final SoakBroker broker = new SoakBroker();
    private final List<Place> places = new ArrayList<>();
    private int ends;
    private int reloads;

    /** A renderer, and main's end of it. */
    private record Place(int number, long life, Renderer renderer, SoakRecord record, SoakEnd<Renderer> end) {}

    /** The ways to end a renderer. */
    private enum Ending {
        KILLED_FROM_OUTSIDE,
        KILLED_BY_MAIN,
        CLOSED,
        RELOADED;

        static Ending any(Random random) {
            int dice = random.nextInt(12);
            return dice < 4 ? KILLED_FROM_OUTSIDE : dice < 6 ? KILLED_BY_MAIN : dice < 8 ? CLOSED : RELOADED;
        }
    }

    /**
     * Starts a soak.
     *
     * @param time until it is told to stop; renderers stop by themselves then
     */
    SoakRun(int renderers, long seed, Duration time) {
        this.random = new Random(seed);
        this.time = time;
        broker.register(rig.main());
        for (int i = 0; i < renderers; i++) {
            news.hear(rig.main(), SoakRenderer.name(i));
        }
        for (int i = 0; i < renderers; i++) {
            places.add(launch(i, renderers));
        }
        places.forEach(this::start);
    }

    private Place launch(int number, int renderers) {
        Renderer renderer = rig.main().launch(spec(SoakRenderer.name(number), renderers));
        renderer.ipc().on("violation", String.class, (event, text) -> violations.add(text));
        Place place = begin(number, renderer);
        place.end.register();
        return place;
    }

    /** Begins the life of a process of a renderer. */
    private Place begin(int number, Renderer renderer) {
        String name = renderer.name() + " (" + renderer.id() + "." + renderer.incarnation() + ")";
        SoakRecord record = new SoakRecord("main, of " + name, violations::add);
        records.add(record);
        SoakVerb broadcast = new SoakVerb("broadcast", 1, worker -> news.publish(worker.random));
        SoakEnd<Renderer> end = new SoakEnd<>(renderer.ipc(), renderer, record, SoakVerb.all(broadcast));
        var unused = renderer.exit().thenAccept(exit -> {
            if (!record.isDoomed()) {
                record.violation("ended: " + exit + "\n" + String.join("\n", exit.lastOutput()));
            }
        });
        return new Place(number, broker.begin(number, renderer, record), renderer, record, end);
    }

    private static RendererSpec spec(String name, int renderers) {
        return Rig.spec(SoakRenderer.class, name, Integer.toString(renderers))
                .withJvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");
    }

    private void start(Place place) {
        meet(place);
        work(place);
    }

    private void meet(Place place) {
        Rig.awaitReady(place.renderer);
        SoakRenderer.Start start = new SoakRenderer.Start(place.life, 0, 0);
        place.renderer.invokeSync("go", start, Void.class, patient());
    }

    private void work(Place place) {
        long seconds = Math.max(1, left().toSeconds() + 1);
        SoakRenderer.Start start = new SoakRenderer.Start(place.life, random.nextLong(), seconds);
        place.renderer.invokeSync("work", start, Void.class, patient());
        place.end.start(WORKERS, random.nextLong(), left());
    }

    private Duration left() {
        Duration left = time.minusNanos(System.nanoTime() - startNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Lets it run, and ends renderers and starts others, until the time is over or something went wrong. */
    void run() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        Duration nextProgress = BETWEEN_PROGRESS;
        while (!left().isZero() && violations.isEmpty()) {
            long pauseMillis = 300 + random.nextInt((int) Math.min(5000, time.toMillis() / 20));
            var unused = never.await(Math.min(pauseMillis, left().toMillis()), TimeUnit.MILLISECONDS);
            if (time.minus(left()).compareTo(nextProgress) >= 0) {
                nextProgress = nextProgress.plus(BETWEEN_PROGRESS);
                System.out.println(progress());
            }
            if (left().toSeconds() > 3) {
                endOne();
            }
        }
        if (ends + reloads == 0 && violations.isEmpty()) { // a start takes long on a busy machine
            places.set(0, reload(places.get(0)));
        }
    }

    private void endOne() throws InterruptedException {
        if (random.nextInt(6) == 0) {
            killWhileItStarts();
            return;
        }
        int chosen = random.nextInt(places.size());
        Place place = places.get(chosen);
        Ending ending = Ending.any(random);
        if (ending == Ending.RELOADED) {
            places.set(chosen, reload(place));
            return;
        }
        end(place, ending);
        ends++;
        place.end.stop();
        place.end.awaitCancelled();
        places.set(chosen, launch(place.number, places.size()));
        start(places.get(chosen));
    }

    private void end(Place place, Ending ending) {
        if (ending == Ending.CLOSED) {
            place.renderer.invokeSync("doom", null, Void.class);
        }
        place.record.doom();
        switch (ending) {
            case KILLED_FROM_OUTSIDE -> sigkill(place.renderer);
            case KILLED_BY_MAIN -> place.renderer.kill();
            case CLOSED -> place.renderer.close();
            case RELOADED -> throw new AssertionError("not an end");
        }
        RendererExit exit = Rig.awaitExit(place.renderer);
        ExitReason expected = ending == Ending.CLOSED ? ExitReason.CLEAN_EXIT : ExitReason.KILLED;
        if (exit.reason() != expected) {
            place.record.violation(ending + ": " + exit + "\n" + String.join("\n", exit.lastOutput()));
        }
    }

    /** Reloads a renderer: nothing of the old process may be seen by the new one, or the other way round. */
    private Place reload(Place old) {
        Renderer renderer = old.renderer;
        renderer.invokeSync("doom", null, Void.class);
        old.record.doom();
        old.end.stopThreads(); // what they sent from now on would go to the new process
        CompletableFuture<RendererExit> oldExit = renderer.exit();
        Call<String> pending = renderer.invoke("stuck", 1, String.class, soon());
        old.record.follow("a request over a reload", pending, (value, failure) -> failure != null);
        renderer.reload();
        reloads++;
        if (renderer.isSubscribed(SoakNews.channel("main"))) {
            old.record.violation("subscribed after a reload");
        }
        Place next = begin(old.number, renderer);
        Call<String> early = renderer.invoke("who", null, String.class);
        RendererExit exit = Rig.await(oldExit);
        if (exit.reason() != ExitReason.CLEAN_EXIT) {
            old.record.violation("reload: " + exit + "\n" + String.join("\n", exit.lastOutput()));
        }
        meet(next); // by the old listeners: those for what the old process sent have run then
        old.end.unregister();
        next.end.register();
        next.record.follow(
                "a request right after a reload",
                early,
                (value, failure) -> Long.toString(renderer.pid().orElse(0)).equals(value));
        old.end.stop();
        old.end.awaitCancelled();
        work(next);
        return next;
    }

    /** Less than the grace of a renderer that is closed, which waits for the requests that it runs. */
    private CallOptions soon() {
        return CallOptions.withDeadline(Duration.ofMillis(1 + random.nextInt(1000)));
    }

    private static void sigkill(Renderer renderer) {
        renderer.pid().ifPresent(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private void killWhileItStarts() throws InterruptedException {
        Renderer renderer = rig.main().launch(spec("short-lived", places.size()));
        Call<byte[]> call = renderer.invoke("echo", new byte[10], byte[].class);
        var unused = new CountDownLatch(1).await(random.nextInt(400), TimeUnit.MILLISECONDS);
        sigkill(renderer);
        Rig.awaitExit(renderer);
        Throwable gone = call.handle((value, thrown) -> thrown).join();
        if (gone != null && Patience.codeOf(() -> throwIt(gone)) != ErrorCode.PEER_GONE) {
            violations.add("a request to a renderer that was killed early ended with " + gone);
        }
    }

    private static void throwIt(Throwable thrown) throws Throwable {
        throw thrown;
    }

    /** Stops everything, compares what was sent with what came, and says what went wrong. */
    List<String> finish() {
        try {
            compare();
        } catch (RuntimeException | AssertionError e) { // as a rule after other violations, which say why
            violations.add("the end went wrong: " + e);
        }
        return List.copyOf(violations);
    }

    private void compare() {
        places.forEach(place -> place.end.askToStop());
        places.forEach(place -> place.end.stop());
        places.forEach(place -> ask(place, "stop", Void.class));
        places.forEach(place -> place.end.awaitCancelled());
        int others = places.size() - 1;
        news.publish(0);
        for (Place place : places) {
            int accepted = ask(place, "last news", Integer.class);
            if (accepted != others) {
                place.record.violation("the last broadcast went to " + accepted + " (expected: " + others + ")");
            }
        }
        List<SoakRecord.Summary> summaries = new ArrayList<>();
        for (Place place : places) {
            SoakRecord.Summary summary = ask(place, "summary", SoakRecord.Summary.class);
            summaries.add(summary);
            place.end.checkAllCame(summary.streams());
            TypeRef<List<String>> texts = new TypeRef<>() {};
            violations.addAll(place.renderer.invokeSync("check", place.end.sent(), texts, patient()));
        }
        checkNews(summaries);
        assertThat(rig.main().counters().deniedFrames()).isZero();
        System.out.println(progress());
        summaries.forEach(summary -> System.out.println("renderer: " + describe(summary)));
    }

    private static <R> R ask(Place place, String channel, Class<R> type) {
        return place.renderer.invokeSync(channel, null, type, patient());
    }

    private static CallOptions patient() {
        return CallOptions.withDeadline(PATIENCE);
    }

    /** Every process that runs has heard, or missed, all that the others published. */
    private void checkNews(List<SoakRecord.Summary> summaries) {
        List<Map<String, Long>> listeners = new ArrayList<>(List.of(news.heard()));
        summaries.forEach(summary -> listeners.add(summary.news()));
        for (int publisher = 0; publisher < listeners.size(); publisher++) {
            String name = publisher == 0 ? "main" : SoakRenderer.name(publisher - 1);
            long published = publisher == 0
                    ? news.published()
                    : summaries.get(publisher - 1).published();
            for (int listener = 0; listener < listeners.size(); listener++) {
                Long heard = listeners.get(listener).get(SoakNews.channel(name));
                if (listener != publisher && (heard == null || heard != published)) {
                    violations.add("process " + listener + " heard " + heard + " of " + name + " last (expected: "
                            + published + ")");
                }
            }
        }
    }

    private static String describe(SoakRecord.Summary summary) {
        return "sent %d, heard %d, missed %d, streamed %d, piped %d, calls %d, as expected %d, refused %d, cancelled %d"
                .formatted(
                        summary.sent(),
                        summary.heard(),
                        summary.missed(),
                        summary.streamed(),
                        summary.piped(),
                        summary.callsEnded(),
                        summary.callsAnswered(),
                        summary.refused(),
                        summary.stuckCancelled());
    }

    private String progress() {
        return "soak: %d s of %d, renderers ended %d, reloaded %d, skipped broadcasts %d, main: %s"
                .formatted(
                        time.minus(left()).toSeconds(),
                        time.toSeconds(),
                        ends,
                        reloads,
                        rig.main().counters().skippedBroadcasts(),
                        describe(SoakRecord.sum(records)));
    }

    int ends() {
        return ends;
    }

    int reloads() {
        return reloads;
    }

    @Override
    public void close() {
        places.forEach(place -> place.record.doom());
        rig.close();
    }
}
