package dev.valence.integration;

import dev.valence.CallbackExecutor;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import dev.valence.renderer.Setup;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * The program of the renderers in these tests: runs the scenario that its first argument names. Each is a method of the
 * test that needs it, so that both ends stand on one page.
 */
public final class ScenarioRenderer {

    private static final Map<String, Scenario> SCENARIOS = Map.ofEntries(
            Map.entry("lessons", plain(ThreeLessonsIT::lessons)),
            Map.entry("late-to-be-ready", plain(ThreeLessonsIT::lateToBeReady)),
            Map.entry("order", plain(OrderIT::order)),
            Map.entry("concurrent-calls", plain(ConcurrentCallsIT::concurrentCalls)),
            Map.entry("nested-calls", plain(NestedCallsIT::nestedCalls)),
            Map.entry("failures", plain(FailuresIT::failures)),
            Map.entry("listeners", with(tellingMain(), ListenersIT::listeners)),
            Map.entry("scopes", plain(ScopesIT::scopes)),
            Map.entry("payloads", plain(PayloadsIT::payloads)),
            Map.entry("audience", plain(BroadcastIT::audience)),
            Map.entry("blocked", plain(BackpressureIT::blocked)),
            Map.entry("sibling", plain(BackpressureIT::sibling)),
            Map.entry("flooding", with(withShortQueue(), BackpressureIT::flooding)),
            Map.entry("ports", plain(PortsIT::ports)),
            Map.entry("permissions", plain(PermissionsIT::permissions)),
            Map.entry("tapped", TapIT::tapped),
            Map.entry("gaps", plain(GapsIT::gaps)),
            Map.entry("cancellation", plain(CancellationIT::cancellation)),
            Map.entry("streams", plain(StreamsIT::streams)),
            Map.entry("serial", with(serial(), FailuresIT::serial)));

    private ScenarioRenderer() {}

    /** Runs the scenario of the first argument. */
    public static void main(String[] args) throws Exception {
        Scenario scenario = SCENARIOS.get(args[0]);
        if (scenario == null) {
            throw new IllegalArgumentException(
                    "scenario: " + args[0] + " (expected: one of " + SCENARIOS.keySet() + ")");
        }
        scenario.run();
    }

    /** A scenario with the default options. */
    private static Scenario plain(Setup setup) {
        return () -> IpcRenderer.run(setup);
    }

    /** A scenario with options of its own. */
    private static Scenario with(IpcRendererOptions options, Setup setup) {
        return () -> {
            IpcRenderer renderer = IpcRenderer.connect(options);
            setup.setUp(renderer);
            renderer.ready();
            renderer.closed().join();
        };
    }

    /** What listeners throw is sent to main. */
    private static IpcRendererOptions tellingMain() {
        return IpcRendererOptions.launched()
                .withUncaughtErrorHook((event, error) -> event.reply("uncaught", event.channel() + ": " + error));
    }

    /** Callbacks run on one thread of this program. */
    private static IpcRendererOptions serial() {
        return IpcRendererOptions.launched().withExecutor(CallbackExecutor.serial(Executors.newSingleThreadExecutor()));
    }

    private static IpcRendererOptions withShortQueue() {
        return IpcRendererOptions.launched().withLimits(BackpressureIT.shortQueue());
    }

    private interface Scenario {
        void run() throws Exception;
    }
}
