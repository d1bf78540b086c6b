package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.ErrorCode;
import dev.valence.Handler;
import dev.valence.IpcException;
import dev.valence.Listener;
import dev.valence.Registration;
import dev.valence.fixtures.PairedEnd;
import dev.valence.fixtures.Patience;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RegistryTest {

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final Registry<PairedEnd> registry =
            new Registry<>(10, channel -> told.add("+" + channel), channel -> told.add("-" + channel));
    private final Listener<PairedEnd, String> listener = (event, text) -> {};
    private final Handler<PairedEnd, String, String> handler = (event, text) -> text;

    @Test
    void firstAndLastListener_areTold() {
        Registration first = registry.on("a", String.class, listener);
        Registration second = registry.on("a", String.class, listener);
        registry.on("b", String.class, listener);
        first.close();
        first.close();
        second.close();
        registry.on("a", String.class, listener);
        registry.removeAllListeners();
        assertThat(told.subList(0, 4)).containsExactly("+a", "+b", "-a", "+a");
        assertThat(told.subList(4, 6)).containsExactlyInAnyOrder("-a", "-b");
    }

    @Test
    void onceListenerThatWasClaimed_isTheLast() {
        registry.once("a", String.class, listener);
        Registry.ListenerEntry<PairedEnd, ?> entry = registry.listeners("a").get(0);
        assertThat(entry.claim()).isTrue();
        assertThat(told).containsExactly("+a", "-a");
        assertThat(entry.claim()).isFalse();
        assertThat(registry.channelNames()).isEmpty();
    }

    @Test
    void ONCE_onceListener_isClaimedByOneOfManyThreads() {
        for (int round = 0; round < 500; round++) {
            registry.once("a", String.class, listener);
            Registry.ListenerEntry<PairedEnd, ?> entry = registry.listeners("a").get(0);
            AtomicInteger claims = new AtomicInteger();
            atOnce(() -> {
                if (entry.claim()) {
                    claims.incrementAndGet();
                }
            });
            assertThat(claims).hasValue(1);
            assertThat(registry.listenerCount("a")).isZero();
        }
    }

    @Test
    void ONCE_listenerThatWasClosed_isNeverClaimed() {
        for (Registration registration :
                List.of(registry.on("a", String.class, listener), registry.once("a", String.class, listener))) {
            Registry.ListenerEntry<PairedEnd, ?> entry = registry.listeners("a").get(0);
            registration.close();
            assertThat(entry.claim()).isFalse();
        }
    }

    @Test
    void HO_handleOnce_isClaimedByOneOfManyThreads() {
        for (int round = 0; round < 500; round++) {
            registry.handleOnce("a", String.class, handler);
            AtomicInteger claims = new AtomicInteger();
            atOnce(() -> {
                if (registry.claimHandler("a") != null) {
                    claims.incrementAndGet();
                }
            });
            assertThat(claims).hasValue(1);
        }
    }

    @Test
    void secondHandler_isRefusedAndTheFirstStays() {
        registry.handle("a", String.class, handler);
        assertThatThrownBy(() -> registry.handleOnce("a", String.class, (event, text) -> ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Attempted to register a second handler for 'a'");
        assertThat(registry.claimHandler("a").handler).isSameAs(handler);
        assertThat(registry.removeHandler("a")).isTrue();
        registry.handle("a", String.class, handler);
    }

    @Test
    void off_removesTheLatestOfTheSameListenerByIdentity() {
        Listener<PairedEnd, String> other = (event, text) -> {};
        Registration first = registry.on("a", String.class, listener);
        registry.on("a", String.class, other);
        registry.on("a", String.class, listener);
        assertThat(registry.off("a", listener)).isTrue();
        assertThat(registry.listeners("a"))
                .extracting(entry -> (Object) entry.listener)
                .containsExactly(listener, other);
        first.close();
        assertThat(registry.off("a", listener)).isFalse();
        assertThat(registry.off("b", other)).isFalse();
        assertThat(registry.off("a", (event, text) -> {})).isFalse();
        assertThat(registry.listenerCount("a")).isOne();
    }

    @Test
    void removeAllListeners_clearsOneChannelOrAllAndNoHandler() {
        for (String channel : List.of("a", "a", "b", "c")) {
            registry.on(channel, String.class, listener);
        }
        registry.handle("a", String.class, handler);
        registry.removeAllListeners("a");
        assertThat(registry.channelNames()).isEqualTo(Set.of("b", "c"));
        registry.removeAllListeners();
        assertThat(registry.channelNames()).isEmpty();
        assertThat(registry.claimHandler("a")).isNotNull();
    }

    @Test
    void freshRegistry_hasNoChannels() {
        assertThat(registry.channelNames()).isEmpty();
        assertThat(registry.listenerCount("a")).isZero();
        registry.removeAllListeners();
        registry.removeAllListeners("a");
        assertThat(told).isEmpty();
    }

    @Test
    void namesAndArgumentsThatAreNotValid_areRefusedAndChangeNothing() {
        String tooLong = "x".repeat(256);
        for (String name : new String[] {null, "", tooLong}) {
            assertThatThrownBy(() -> registry.on(name, String.class, listener))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> registry.handle(name, String.class, handler))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> registry.listenerCount(name)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> registry.removeHandler(name)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> registry.removeAllListeners(name)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> registry.on("a", String.class, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> registry.on("a", (Class<String>) null, listener))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> registry.handle("a", String.class, null)).isInstanceOf(NullPointerException.class);
        assertThat(told).isEmpty();
        assertThat(registry.channelNames()).isEmpty();
    }

    @Test
    void subscriptionThatCannotBeSent_leavesNoListener() {
        Registry<PairedEnd> closed = new Registry<>(
                10,
                channel -> {
                    throw new IpcException(ErrorCode.CLOSED, "closed");
                },
                channel -> {});
        assertThatThrownBy(() -> closed.on("a", String.class, listener)).hasMessage("closed");
        assertThat(closed.listenerCount("a")).isZero();
        assertThat(closed.channelNames()).isEmpty();
    }

    @Test
    void listenersThatComeAndGoOnManyThreads_areToldInTheRightOrder() {
        atOnce(() -> {
            for (int i = 0; i < 500; i++) {
                registry.on("a", String.class, listener).close();
            }
        });
        assertThat(registry.listenerCount("a")).isZero();
        for (int i = 0; i < told.size(); i++) {
            assertThat(told.get(i)).isEqualTo(i % 2 == 0 ? "+a" : "-a");
        }
        assertThat(told.size()).isEven();
    }

    private static void atOnce(Runnable action) {
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                Patience.await(start);
                action.run();
            }));
        }
        threads.forEach(Thread::start);
        start.countDown();
        threads.forEach(Patience::join);
    }
}
