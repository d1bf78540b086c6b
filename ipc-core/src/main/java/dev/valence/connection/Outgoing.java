package dev.valence.connection;

import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Frame.Gap;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.MessageHeader;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that waits in a lane: a frame, or a payload that becomes a first frame and as many chunks as it takes. What
 * goes on the wire is built when the transport asks for it, so that ids rise and times are those of the moment.
 *
 * <p><b>Threads.</b> Guarded by the lock of its {@link Outbox} once it was offered.
 */
public abstract class Outgoing {

    /** The origin of what counts against no share of the data lane. */
    static final int NO_ORIGIN = -1;

    private static final byte[] NO_PAYLOAD = {};

    private final byte lane; // a byte, so that a message fits into 48 bytes
    private final byte[] payload;
    private final SendListener listener;
    private int offset; // bytes of the payload that were taken
    private boolean started;
    private boolean cancelled;
    private int origin = NO_ORIGIN;
    long id;

    private Outgoing(int lane, byte[] payload, SendListener listener) {
        this.lane = (byte) lane;
        this.payload = payload;
        this.listener = listener;
    }

    /**
     * Returns a message.
     *
     * @param header without id and size
     * @param payload lent until written
     * @param numbered whether it gets an id although it may fit into one frame
     */
    public static Outgoing message(Opening header, byte[] payload, boolean numbered, SendListener listener) {
        return new Headed(Wire.DATA_LANE, header, numbered || isLong(payload), payload, listener);
    }

    /**
     * Returns a message that fits into one frame.
     *
     * @param payload lent until written
     */
    public static Outgoing message(MessageHeader header, byte[] payload, SendListener listener) {
        return new Outgoing(Wire.DATA_LANE, payload, listener) {
            @Override
            OutFrame first(byte[] whole, int length) {
                return OutFrame.of(header, whole);
            }
        };
    }

    /**
     * Returns a message whose payload is its sender's own array, for {@link Outbox#settle}. It takes several frames.
     *
     * @param header without id and size
     * @param payload lent until settled
     */
    public static Loan loan(Opening header, byte[] payload, SendListener listener) {
        return new Loan(header, payload, listener);
    }

    /**
     * Returns a message for many peers, all of whose outboxes may have the same: nothing of it changes, so that no lock guards it.
     * Who is told of it, see {@link Outbox#followShared}.
     *
     * @param frame the whole message, encoded
     * @param origin the renderer that published it, 0 for main
     */
    public static Outgoing shared(OutFrame frame, int payloadBytes, int origin) {
        Outgoing shared = new Shared(frame, payloadBytes);
        shared.countFor(origin);
        return shared;
    }

    /**
     * Returns a request.
     *
     * @param header without id, time left and size
     * @param payload lent until written
     * @param deadlineNanos on the clock of {@link System#nanoTime}
     */
    public static Outgoing request(Opening header, byte[] payload, long deadlineNanos, SendListener listener) {
        return new Headed(Wire.DATA_LANE, header, true, payload, listener) {
            @Override
            Opening started(boolean more, long size) {
                long micros = Math.max(1, (deadlineNanos - System.nanoTime()) / 1000);
                return header.started(id, micros, 0, more, size);
            }

            @Override
            boolean isAwaited() {
                return true;
            }
        };
    }

    /**
     * Returns a request for a stream.
     *
     * @param header without id, initial items and size
     * @param payload lent until written
     * @param initialItems asked when the first frame is taken, with the lock of the {@link Outbox} held
     */
    public static Outgoing stream(Opening header, byte[] payload, LongSupplier initialItems, SendListener listener) {
        return new Headed(Wire.DATA_LANE, header, true, payload, listener) {
            @Override
            Opening started(boolean more, long size) {
                return header.started(id, header.timeLeftMicros(), initialItems.getAsLong(), more, size);
            }
        };
    }

    /**
     * Returns a message to a port.
     *
     * @param header without id and size
     * @param payload lent until written
     */
    public static Outgoing portMessage(Opening header, byte[] payload, SendListener listener) {
        return new Headed(Wire.DATA_LANE, header, isLong(payload), payload, listener);
    }

    /**
     * Returns a reply, or an item of a stream.
     *
     * @param header with the id of the request or stream, without size
     * @param payload lent until written
     */
    public static Outgoing answer(Opening header, byte[] payload, SendListener listener) {
        Outgoing answer = new Headed(Wire.REPLY_LANE, header, false, payload, listener);
        answer.id = header.id();
        return answer;
    }

    private static boolean isLong(byte[] payload) {
        return payload.length > Wire.CHUNK_BYTES;
    }

    /** What has a payload. */
    static class Headed extends Outgoing {
        private final Opening header;
        private final boolean needsId;

        Headed(int lane, Opening header, boolean needsId, byte[] payload, SendListener listener) {
            super(lane, payload, listener);
            this.header = header;
            this.needsId = needsId;
        }

        @Override
        boolean needsId() {
            return needsId;
        }

        /** Returns the header as it is written. */
        Opening started(boolean more, long size) {
            return header.started(id, more, size);
        }

        @Override
        OutFrame first(byte[] payload, int length) {
            boolean more = length < payload.length;
            return OutFrame.of(started(more, more ? payload.length : 0), payload, 0, length);
        }
    }

    /**
     * A message whose payload is its sender's own array until it was taken, or kept. So all of it is copied when it is taken,
     * with the lock of the outbox held.
     */
    public static final class Loan extends Headed {
        private byte @Nullable [] kept;
        private int keptFrom;

        private Loan(Opening header, byte[] payload, SendListener listener) {
            super(Wire.DATA_LANE, header, true, payload, listener);
        }

        /** Whether the sender's array is still needed. */
        boolean isOpen() {
            return kept == null && !isCancelled() && !isFinished();
        }

        /** Returns a copy of the payload from there on. */
        byte[] copyFrom(int from) {
            byte[] all = ((Outgoing) this).payload;
            return Arrays.copyOfRange(all, from, all.length);
        }

        /** From now on what was not taken comes from here, which is the rest of the payload. */
        void keep(byte[] rest, int from) {
            kept = rest;
            keptFrom = from;
        }

        @Override
        OutFrame first(byte[] payload, int length) {
            byte[] own = kept != null ? kept : Arrays.copyOf(payload, length);
            return OutFrame.of(started(true, payload.length), own, 0, length);
        }

        @Override
        OutFrame piece(@Nullable SlotWriter shared, byte[] payload, int from, int length) {
            if (kept != null) {
                return super.piece(shared, kept, from - keptFrom, length);
            }
            SlotWriter slots = Objects.requireNonNull(shared); // without them nothing is lent
            return slots.filled(id, Wire.DATA_LANE, hasMore(), payload, from, length);
        }
    }

    /**
     * Returns an answer that fits into one frame and has no payload: a failure, the end of a stream, a report.
     *
     * @param id of what it answers
     */
    public static Outgoing answer(long id, OutFrame frame, SendListener listener) {
        Outgoing answer = single(Wire.REPLY_LANE, frame, 0, listener);
        answer.id = id;
        return answer;
    }

    /** Returns a frame of the reply lane that answers no request, with its payload. */
    public static Outgoing unnumberedAnswer(OutFrame frame, int payloadBytes, SendListener listener) {
        return single(Wire.REPLY_LANE, frame, payloadBytes, listener);
    }

    /** Returns a frame of the data lane that has no payload in chunks. */
    public static Outgoing frame(OutFrame frame, int payloadBytes, SendListener listener) {
        return single(Wire.DATA_LANE, frame, payloadBytes, listener);
    }

    private static Outgoing single(int lane, OutFrame frame, int payloadBytes, SendListener listener) {
        return new Single(lane, frame, payloadBytes, listener);
    }

    /** What is a frame already. */
    private static class Single extends Outgoing {
        private final OutFrame frame;
        private final int payloadBytes;

        private Single(int lane, OutFrame frame, int payloadBytes, SendListener listener) {
            super(lane, NO_PAYLOAD, listener);
            this.frame = frame;
            this.payloadBytes = payloadBytes;
        }

        @Override
        OutFrame first(byte[] payload, int length) {
            return frame;
        }

        @Override
        int nextCharge(@Nullable SlotWriter shared) {
            return payloadBytes + Wire.FRAME_CHARGE;
        }

        @Override
        long cost() {
            return nextCharge(null);
        }
    }

    /** Keeps nothing about any of its peers, so that their threads may have it at the same time. */
    private static final class Shared extends Single {
        private Shared(OutFrame frame, int payloadBytes) {
            super(Wire.DATA_LANE, frame, payloadBytes, SendListener.NONE);
        }

        @Override
        boolean isShared() {
            return true;
        }

        @Override
        void cancel() {}

        @Override
        boolean isFinished() {
            return true;
        }

        @Override
        OutFrame next(@Nullable SlotWriter shared) {
            return first(NO_PAYLOAD, 0);
        }
    }

    /** Returns a place in the data lane that counts what was dropped there. */
    static GapMark gap(String channel) {
        return new GapMark(channel);
    }

    /** Builds the first frame, with that many bytes of the payload. */
    abstract OutFrame first(byte[] payload, int length);

    boolean needsId() {
        return false;
    }

    final boolean isOfReplyLane() {
        return lane == Wire.REPLY_LANE;
    }

    /** Whether the peer waits for it, or this side for what it asks. */
    boolean isAwaited() {
        return isOfReplyLane();
    }

    /** Whether other outboxes have it too. */
    boolean isShared() {
        return false;
    }

    final SendListener listener() {
        return listener;
    }

    /** Sets whose share of the data lane it counts against. */
    final void countFor(int publisher) {
        if (origin != publisher) { // what is shared has it from the start
            origin = publisher;
        }
    }

    /** Returns whose share of the data lane it counts against: a renderer, 0 for main, or {@link #NO_ORIGIN}. */
    final int origin() {
        return origin;
    }

    /** Whether its payload takes several frames. */
    final boolean isInPieces() {
        return isLong(payload);
    }

    /** What it takes of its queue while it waits there. */
    long cost() {
        return (long) payload.length + Wire.FRAME_CHARGE;
    }

    /**
     * Returns what the next frame takes of the peer's window.
     *
     * @param shared slots for pieces, if there are any
     */
    int nextCharge(@Nullable SlotWriter shared) {
        return (cancelled ? 0 : nextLength(shared)) + Wire.FRAME_CHARGE;
    }

    /** The first piece goes through the socket, and is small if the others need not. */
    private int nextLength(@Nullable SlotWriter shared) {
        boolean isSmall = !started && isInPieces() && shared != null;
        return isSmall ? Wire.MIN_CHUNK_BYTES : Math.min(payload.length - offset, Wire.CHUNK_BYTES);
    }

    /** Whether its next piece has to wait until the peer has emptied a slot, which it does without waiting for anything. */
    final boolean waitsForSlot(@Nullable SlotWriter shared) {
        return started && !cancelled && shared != null && isInPieces() && !shared.hasFree();
    }

    /** Returns how many bytes of the payload were taken. */
    final int taken() {
        return offset;
    }

    final boolean isStarted() {
        return started;
    }

    /** Nothing more of it is sent, except for a note to the peer if it has a part already. */
    void cancel() {
        cancelled = true;
    }

    final boolean isCancelled() {
        return cancelled;
    }

    /** Whether everything was taken. */
    boolean isFinished() {
        return started && (cancelled || offset == payload.length);
    }

    OutFrame next(@Nullable SlotWriter shared) {
        if (cancelled) {
            return OutFrame.of(new Chunk(id, lane, false, true));
        }
        int length = nextLength(shared);
        int from = offset;
        offset += length;
        if (!started) {
            started = true;
            return first(payload, length);
        }
        return piece(shared, payload, from, length);
    }

    /** Builds a further frame, with a piece of the payload. */
    OutFrame piece(@Nullable SlotWriter shared, byte[] payload, int from, int length) {
        return shared != null
                ? shared.frame(id, lane, hasMore(), payload, from, length)
                : OutFrame.of(new Chunk(id, lane, hasMore(), false), payload, from, length);
    }

    final boolean hasMore() {
        return offset < payload.length;
    }

    /** Counts what was dropped at one place of the data lane. */
    static final class GapMark extends Outgoing {
        private final String channel;
        private long count;

        private GapMark(String channel) {
            super(Wire.DATA_LANE, NO_PAYLOAD, SendListener.NONE);
            this.channel = channel;
        }

        void increment() {
            count++;
        }

        String channel() {
            return channel;
        }

        @Override
        OutFrame first(byte[] payload, int length) {
            return OutFrame.of(new Gap(channel, count));
        }
    }
}
