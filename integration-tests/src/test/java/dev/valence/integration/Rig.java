package dev.valence.integration;

import dev.valence.main.IpcMain;
import dev.valence.main.IpcMainOptions;
import dev.valence.main.Renderer;
import dev.valence.main.RendererExit;
import dev.valence.main.RendererSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A main process, which is this JVM, and the renderers it launches: child JVMs that run a scenario each. Closing the rig
 * ends them all.
 *
 * <p>A program is a class with a main method whose first argument names the scenario, such as {@link ScenarioRenderer}.
 */
final class Rig implements AutoCloseable {

    /** How long anything may take that is expected to happen. Generous: tests share their machine. */
    static final int PATIENCE_SECONDS = 60;

    private final IpcMain main;

    private Rig(IpcMain main) {
        this.main = main;
    }

    /** Opens a main with defaults. */
    static Rig open() {
        return open(IpcMainOptions.defaults());
    }

    /** Opens a main. */
    static Rig open(IpcMainOptions options) {
        return new Rig(IpcMain.open(options));
    }

    /** Returns the main. */
    IpcMain main() {
        return main;
    }

    /** Returns the spec of a scenario of {@link ScenarioRenderer}. */
    static RendererSpec spec(String scenario, String... args) {
        return spec(ScenarioRenderer.class, scenario, args);
    }

    /** Returns the spec of a scenario of a program, with a JVM that starts fast. The renderer has the scenario's name. */
    static RendererSpec spec(Class<?> program, String scenario, String... args) {
        List<String> all = new ArrayList<>();
        all.add(scenario);
        all.addAll(List.of(args));
        return RendererSpec.of(program)
                .withName(scenario)
                .withJvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .withArgs(all);
    }

    /** Launches a scenario of {@link ScenarioRenderer} and waits until it is ready. */
    Renderer launch(String scenario, String... args) {
        return launch(spec(scenario, args));
    }

    /** Launches a renderer and waits until it is ready. */
    Renderer launch(RendererSpec spec) {
        return awaitReady(main.launch(spec));
    }

    /** Waits until a renderer is ready. If it ends before, the test fails with what it printed last. */
    static Renderer awaitReady(Renderer renderer) {
        try {
            return await(renderer.ready());
        } catch (AssertionError e) {
            if (renderer.exit().isDone()) {
                RendererExit exit = renderer.exit().join();
                throw new AssertionError(exit + "\n" + String.join("\n", exit.lastOutput()), e);
            }
            throw e;
        }
    }

    /** Waits for the end of a renderer. */
    static RendererExit awaitExit(Renderer renderer) {
        return await(renderer.exit());
    }

    /** Waits for a stage; the test fails if that takes too long, or if the stage does. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("not done after " + PATIENCE_SECONDS + " s: " + stage, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        main.close();
    }
}
