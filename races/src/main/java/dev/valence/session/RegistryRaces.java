package dev.valence.session;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.valence.IpcSender;
import dev.valence.Registration;
import dev.valence.TypeRef;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Messages and requests that meet at one listener or handler. */
public final class RegistryRaces {

    private RegistryRaces() {}

    private static Registry<IpcSender> newRegistry() {
        return new Registry<>(10, channel -> {}, channel -> {});
    }

    /** Two messages, one once listener. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = ACCEPTABLE,
            desc = "it runs for one of them")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoMessagesOneOnceListener {
        private final Registry<IpcSender> registry = newRegistry();
        private final Registry.ListenerEntry<IpcSender, ?> entry;

        /** Registers the listener. */
        public TwoMessagesOneOnceListener() {
            registry.once("channel", TypeRef.of(String.class), (event, text) -> {});
            entry = registry.listeners("channel").get(0);
        }

        /** One. */
        @Actor
        public void one(ZZ_Result result) {
            result.r1 = entry.claim();
        }

        /** The other. */
        @Actor
        public void other(ZZ_Result result) {
            result.r2 = entry.claim();
        }
    }

    /** Two requests, one handler for one. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = ACCEPTABLE,
            desc = "one of them gets it")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoRequestsOneHandler {
        private final Registry<IpcSender> registry = newRegistry();

        /** Registers the handler. */
        public TwoRequestsOneHandler() {
            registry.handleOnce("channel", TypeRef.of(String.class), (event, text) -> text);
        }

        /** One. */
        @Actor
        public void one(ZZ_Result result) {
            result.r1 = registry.claimHandler("channel") != null;
        }

        /** The other. */
        @Actor
        public void other(ZZ_Result result) {
            result.r2 = registry.claimHandler("channel") != null;
        }
    }

    /** The last listener of a channel goes while another comes. */
    @JCStressTest
    @Outcome(
            id = {"2, 1", "1, 0"},
            expect = ACCEPTABLE,
            desc = "one first and one last more at most, and one is there")
    @Outcome(expect = FORBIDDEN, desc = "the subscription does not fit the listeners")
    @State
    public static class LastGoesWhileAnotherComes {
        private int firsts; // with the lock of the registry held
        private int lasts; // with the lock of the registry held
        private final Registry<IpcSender> registry = new Registry<>(10, channel -> firsts++, channel -> lasts++);
        private final Registration first = registry.on("channel", TypeRef.of(String.class), (event, text) -> {});

        /** Goes. */
        @Actor
        public void goes() {
            first.close();
        }

        /** Comes. */
        @Actor
        public void comes() {
            registry.on("channel", TypeRef.of(String.class), (event, text) -> {});
        }

        /** Counts. */
        @Arbiter
        public void look(II_Result result) {
            result.r1 = firsts;
            result.r2 = lasts;
        }
    }
}
