package dev.valence.session;

import dev.valence.fixtures.Collected;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.Quiet;
import dev.valence.fixtures.SessionPair;
import dev.valence.fixtures.Source;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.reactivestreams.tck.flow.FlowSubscriberWhiteboxVerification;
import org.testng.SkipException;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.BeforeMethod;

/**
 * The test kit of Reactive Streams against both ends of a stream: the publisher that {@code stream} returns, and what
 * subscribes to the publisher of a handler. Every test of the kit is one here, but for those that it names and does not
 * have.
 */
@Timeout(300)
class ReactiveStreamsTckTest {

    private static final long SIGNAL_MILLIS = 10_000; // for what has to come
    private static final long SILENCE_MILLIS = 50; // for what must not

    @TestFactory
    Stream<DynamicTest> publisherOfAStream() {
        return tests(OfPublisher.class, OfPublisher::new);
    }

    @TestFactory
    Stream<DynamicTest> subscriberToAHandler() {
        return tests(OfSubscriber.class, OfSubscriber::new);
    }

    @TestFactory
    Stream<DynamicTest> subscriberToAHandlerFromInside() {
        return tests(OfSubscriberFromInside.class, OfSubscriberFromInside::new);
    }

    private static <V> Stream<DynamicTest> tests(Class<V> type, Function<SessionPair, V> verification) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class))
                .filter(method -> !method.getName().startsWith("untested_"))
                .sorted(Comparator.comparing(Method::getName))
                .map(method -> DynamicTest.dynamicTest(method.getName(), () -> run(method, verification)));
    }

    private static <V> void run(Method test, Function<SessionPair, V> verification) throws Throwable {
        try (Quiet quiet = Quiet.about(OutgoingStream.class);
                SessionPair pair = SessionPair.open()) {
            V kit = verification.apply(pair);
            callAll(kit, BeforeClass.class);
            callAll(kit, BeforeMethod.class);
            try {
                test.invoke(kit);
            } finally {
                callAll(kit, AfterClass.class);
            }
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SkipException left) {
                Assumptions.abort(left.getMessage());
            }
            throw e.getCause();
        }
    }

    private static void callAll(Object kit, Class<? extends Annotation> kind) throws ReflectiveOperationException {
        for (Method method : kit.getClass().getMethods()) {
            if (method.isAnnotationPresent(kind)) {
                method.invoke(kit);
            }
        }
    }

    private static TestEnvironment environment() {
        return new TestEnvironment(SIGNAL_MILLIS, SILENCE_MILLIS, SILENCE_MILLIS);
    }

    /** The publisher, with a handler in the other process that counts. */
    public static final class OfPublisher extends FlowPublisherVerification<Long> {

        private final SessionPair pair;

        OfPublisher(SessionPair pair) {
            super(environment());
            this.pair = pair;
            pair.server()
                    .receiver()
                    .handleStream("count", Long.class, (event, count) -> Source.of(count, number -> number));
        }

        @Override
        public Flow.Publisher<Long> createFlowPublisher(long elements) {
            return pair.client().stream("count", elements, Long.class);
        }

        @Override
        public Flow.Publisher<Long> createFailedFlowPublisher() {
            return pair.client().stream("nobody", null, Long.class);
        }
    }

    /** What a handler's publisher sees of the subscriber in the other process. */
    private static final class FarSubscriber {

        private final Collected<Object> near;
        private final Flow.Subscriber<? super Object> atHandler;

        FarSubscriber(SessionPair pair) {
            CompletableFuture<Flow.Subscriber<? super Object>> subscribed = new CompletableFuture<>();
            pair.server().receiver().removeHandler("s");
            pair.server().receiver().handleStream("s", Object.class, (event, request) -> subscribed::complete);
            near = Collected.of(pair.client().stream("s", null, Object.class));
            atHandler = Patience.get(subscribed);
        }
    }

    /** The subscriber at the handler, driven by its peer. */
    public static final class OfSubscriber extends FlowSubscriberBlackboxVerification<Object> {

        private final SessionPair pair;
        private FarSubscriber subscriber;

        OfSubscriber(SessionPair pair) {
            super(environment());
            this.pair = pair;
        }

        @Override
        public Flow.Subscriber<Object> createFlowSubscriber() {
            subscriber = new FarSubscriber(pair);
            return new Flow.Subscriber<>() { // the kit wants to name the type of its items
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscriber.atHandler.onSubscribe(subscription);
                }

                @Override
                public void onNext(Object item) {
                    subscriber.atHandler.onNext(item);
                }

                @Override
                public void onError(Throwable thrown) {
                    subscriber.atHandler.onError(thrown);
                }

                @Override
                public void onComplete() {
                    subscriber.atHandler.onComplete();
                }
            };
        }

        @Override
        public void triggerFlowRequest(Flow.Subscriber<? super Object> unused) {
            subscriber.near.request(1);
        }

        @Override
        public Object createElement(int element) {
            return element;
        }
    }

    /** The same, with a look at every signal. */
    public static final class OfSubscriberFromInside extends FlowSubscriberWhiteboxVerification<Object> {

        private final SessionPair pair;

        OfSubscriberFromInside(SessionPair pair) {
            super(environment());
            this.pair = pair;
        }

        @Override
        protected Flow.Subscriber<Object> createFlowSubscriber(WhiteboxSubscriberProbe<Object> probe) {
            return new Watched(new FarSubscriber(pair), probe);
        }

        @Override
        public Object createElement(int element) {
            return element;
        }

        private record Watched(FarSubscriber subscriber, WhiteboxSubscriberProbe<Object> probe)
                implements Flow.Subscriber<Object> {

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscriber.atHandler.onSubscribe(subscription);
                probe.registerOnSubscribe(new SubscriberPuppet() {
                    @Override
                    public void triggerRequest(long elements) {
                        subscriber.near.request(elements);
                    }

                    @Override
                    public void signalCancel() {
                        subscriber.near.cancel();
                    }
                });
            }

            @Override
            public void onNext(Object item) {
                subscriber.atHandler.onNext(item);
                probe.registerOnNext(item);
            }

            @Override
            public void onError(Throwable thrown) {
                subscriber.atHandler.onError(thrown);
                probe.registerOnError(thrown);
            }

            @Override
            public void onComplete() {
                subscriber.atHandler.onComplete();
                probe.registerOnComplete();
            }
        }
    }
}
