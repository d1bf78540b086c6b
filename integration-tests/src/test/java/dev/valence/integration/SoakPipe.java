package dev.valence.integration;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.MessageChannel;
import dev.valence.MessagePort;
import dev.valence.PortEvent;
import dev.valence.Registration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One end of a pipe of a soak. The opener posts numbered items, the answerer answers each; the last that an end posts before
 * it closes is marked. So whoever is told of the close has heard the mark, unless a process on the way has died.
 */
final class SoakPipe {

    private static final String CHANNEL = "pipe";
    private static final int LAST_BYTES = 7; // no other item has that size

    /** Who closes the pipe. */
    enum Closer {
        OPENER_AT_ONCE,
        OPENER_WHEN_ANSWERED,
        ANSWERER,
        ANSWERER_EARLY
    }

    /**
     * What both ends know.
     *
     * @param opener the life that made the pipe; 0 for main
     * @param target the life that it is for; 0 if it is for the process at the other end of the connection
     * @param count how many items the opener posts before the last one
     */
    record Plan(long opener, long target, long number, int count, int maxBytes, Closer closer) {

        static Plan random(long opener, long target, long number, Random random) {
            int maxBytes = random.nextInt(16) == 0 ? 256 << 10 : 1 << 10;
            Closer closer = Closer.values()[random.nextInt(Closer.values().length)];
            return new Plan(opener, target, number, random.nextInt(20), maxBytes, closer);
        }

        String key() {
            return opener + " " + number;
        }
    }

    private final MessagePort port;
    private final Plan plan;
    private final boolean isOpener;
    private final IpcSender main;
    private final SoakRecord record;
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final AtomicBoolean inside = new AtomicBoolean(); // a listener, or what is told of the close
    private final SoakItem.Stream items = new SoakItem.Stream(0); // opener: its thread only; answerer: inside only
    private long heard; // inside only
    private boolean heardLast; // inside only

    private SoakPipe(MessagePort port, Plan plan, boolean isOpener, IpcSender main, SoakRecord record) {
        this.port = port;
        this.plan = plan;
        this.isOpener = isOpener;
        this.main = main;
        this.record = record;
    }

    // ---- Both ends of a connection -------------------------------------------------------------------------------

    /** Takes ports in and answers on them. */
    static <S extends IpcSender> Registration answer(IpcReceiver<S> receiver, SoakRecord record) {
        return receiver.on(CHANNEL, Plan.class, (event, plan) -> {
            SoakPipe pipe = new SoakPipe(event.ports().get(0), plan, false, event.sender(), record);
            record.follow("pipe that came, " + plan, pipe.end, (value, failure) -> failure == null);
            pipe.start();
        });
    }

    /** The verb: a pipe to the other end of the connection. */
    static void open(SoakEnd<?>.Worker worker) {
        worker.stream.next(0); // its number is that of the pipe
        Plan plan = Plan.random(0, 0, worker.stream.number(), worker.random);
        open(worker, plan, CHANNEL);
    }

    /** The verb of renderers: a pipe to another one, by way of main. */
    static void openToSibling(SoakEnd<?>.Worker worker, long life, int place) {
        long target = worker.peer().invokeSync(SoakBroker.LIFE, place, long.class);
        if (target != life && target != 0) {
            worker.stream.next(0);
            long number = worker.stream.number() * 16 + worker.number(); // unique in a life
            open(worker, Plan.random(life, target, number, worker.random), SoakBroker.HAND_ON);
        }
    }

    private static void open(SoakEnd<?>.Worker worker, Plan plan, String channel) {
        MessageChannel channels = MessageChannel.create();
        SoakPipe pipe = new SoakPipe(channels.port1(), plan, true, worker.peer(), worker.record());
        worker.follow("pipe " + plan, pipe.end, (value, failure) -> failure == null);
        boolean sent = false;
        try {
            pipe.start();
            worker.peer().postMessage(channel, plan, channels.port2());
            sent = true;
        } finally {
            if (!sent) {
                pipe.closeHere();
                channels.port2().close();
            }
        }
        pipe.postAll(worker.random);
    }

    /** Hands a port on; returns false, and closes it, if that was refused. */
    static boolean handOn(IpcSender target, Plan plan, MessagePort port) {
        try {
            target.postMessage(CHANNEL, plan, port);
            return true;
        } catch (IpcException e) {
            port.close();
            return false;
        }
    }

    // ---- One end -------------------------------------------------------------------------------------------------

    private void start() {
        port.onMessage(byte[].class, this::onItem);
        port.start(); // first: to a port that is not started a close is told ahead of what waits
        port.onClose(() -> inside(this::onClosed));
    }

    private void postAll(Random random) {
        for (int i = 0; i < plan.count && !port.isClosed(); i++) {
            post(8 * random.nextInt(plan.maxBytes / 8));
        }
        post(LAST_BYTES);
        if (plan.closer == Closer.OPENER_AT_ONCE) {
            closeHere();
        }
    }

    private void post(int bytes) {
        while (!port.isClosed()) {
            try {
                port.postMessage(items.next(bytes));
                items.wasSent();
                return;
            } catch (IpcException e) {
                if (e.code() != ErrorCode.BACKPRESSURE) {
                    record.failure("postMessage of a port, " + plan, e);
                    closeHere();
                    return;
                }
                record.refused.incrementAndGet();
            }
        }
    }

    private void onItem(PortEvent event, byte[] bytes) {
        inside(() -> {
            SoakItem item = SoakItem.of(bytes);
            if (item.previous() != heard || heardLast || event.port() != port) {
                record.violation(item + " came after " + heard + ", " + heardLast + ", of " + plan);
            }
            heard = item.number();
            heardLast = item.bodyBytes() == LAST_BYTES;
            record.piped.incrementAndGet();
            if (isOpener) {
                if (heardLast && plan.closer == Closer.OPENER_WHEN_ANSWERED) {
                    closeHere();
                }
            } else {
                answer(item);
            }
        });
    }

    private void answer(SoakItem item) {
        boolean isEarly = plan.closer == Closer.ANSWERER_EARLY && item.number() > plan.count / 2;
        boolean isLast = heardLast || isEarly;
        post(isLast ? LAST_BYTES : 8 * (int) (item.number() * 31 % (plan.maxBytes / 8)));
        if (isEarly || (isLast && plan.closer == Closer.ANSWERER)) {
            closeHere();
        }
    }

    private void closeHere() {
        port.close();
        end.complete("closed here");
    }

    private void onClosed() {
        try {
            if (!heardLast && !record.isDoomed() && !isExcused()) {
                record.failure("pipe", new AssertionError("closed after " + heard + ", of " + plan));
            }
        } catch (IpcException e) {
            if (e.code() != ErrorCode.BACKPRESSURE) {
                record.failure("to ask about a pipe", e);
            }
        }
        if (!port.isClosed()) {
            record.violation("a port that was told of its close is open");
        }
        end.complete("told");
    }

    private boolean isExcused() {
        return plan.target != 0 && main.invokeSync(SoakBroker.EXCUSED, plan, boolean.class);
    }

    private void inside(Runnable action) {
        if (!inside.compareAndSet(false, true)) {
            record.violation("two listeners of a port at the same time, of " + plan);
        }
        try {
            action.run();
        } catch (Throwable t) {
            record.failure("a listener of a port", t);
            closeHere();
        } finally {
            inside.set(false);
        }
    }
}
