package dev.valence.connection;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import dev.valence.proto.Chunk;
import dev.valence.proto.Frame;
import dev.valence.proto.Gap;
import dev.valence.proto.Item;
import dev.valence.proto.Lane;
import dev.valence.proto.Message;
import dev.valence.proto.PortMessage;
import dev.valence.proto.Reply;
import dev.valence.proto.Request;
import dev.valence.proto.Stream;
import java.util.function.LongSupplier;

/**
 * Something that waits in a lane: a frame, or a payload that becomes a first frame and as many chunks as it takes. What
 * goes on the wire is built when the transport asks for it, so that ids rise and times are those of the moment.
 *
 * <p><b>Threads.</b> Guarded by the lock of its {@link Outbox} once it was offered.
 */
public abstract class Outgoing {

    private static final byte[] NO_PAYLOAD = {};

    private final Lane lane;
    private final byte[] payload;
    private final SendListener listener;
    private int offset; // bytes of the payload that were taken
    private boolean started;
    private boolean cancelled;
    int origin = -1; // share of a broadcast that it counts against, -1 if none
    long id;

    private Outgoing(Lane lane, byte[] payload, SendListener listener) {
        this.lane = lane;
        this.payload = payload;
        this.listener = listener;
    }

    /**
     * Returns a message.
     *
     * @param header without id and payload
     * @param frame origin and destination
     * @param payload lent until sent
     * @param numbered whether it gets an id although it may fit into one frame
     */
    public static Outgoing message(
            Frame.Builder frame, Message.Builder header, byte[] payload, boolean numbered, SendListener listener) {
        boolean needsId = numbered || payload.length > Wire.CHUNK_BYTES;
        return new Outgoing(Lane.LANE_DATA, payload, listener) {
            @Override
            boolean needsId() {
                return needsId;
            }

            @Override
            OutFrame first(ByteString piece, boolean more, long nowNanos) {
                header.setId(id).setPayload(piece).setMore(more).setSize(more ? payload.length : 0);
                return OutFrame.of(frame.setMessage(header.build()).build());
            }
        };
    }

    /**
     * Returns a request.
     *
     * @param header without id, time left and payload
     * @param payload lent until sent
     * @param deadlineNanos on the clock of {@link System#nanoTime}
     */
    public static Outgoing request(Request.Builder header, byte[] payload, long deadlineNanos, SendListener listener) {
        return new Outgoing(Lane.LANE_DATA, payload, listener) {
            @Override
            boolean needsId() {
                return true;
            }

            @Override
            OutFrame first(ByteString piece, boolean more, long nowNanos) {
                header.setId(id)
                        .setTimeLeftMicros(Math.max(1, (deadlineNanos - nowNanos) / 1000))
                        .setPayload(piece)
                        .setMore(more)
                        .setSize(more ? payload.length : 0);
                return OutFrame.of(Frame.newBuilder().setRequest(header.build()).build());
            }
        };
    }

    /**
     * Returns a request for a stream.
     *
     * @param header without id, initial items and payload
     * @param payload lent until sent
     * @param initialItems asked when the first frame is taken, with the lock of the {@link Outbox} held
     */
    public static Outgoing stream(
            Stream.Builder header, byte[] payload, LongSupplier initialItems, SendListener listener) {
        return new Outgoing(Lane.LANE_DATA, payload, listener) {
            @Override
            boolean needsId() {
                return true;
            }

            @Override
            OutFrame first(ByteString piece, boolean more, long nowNanos) {
                header.setId(id)
                        .setInitialItems(initialItems.getAsLong())
                        .setPayload(piece)
                        .setMore(more)
                        .setSize(more ? payload.length : 0);
                return OutFrame.of(Frame.newBuilder().setStream(header.build()).build());
            }
        };
    }

    /**
     * Returns a message to a port.
     *
     * @param header without id and payload
     * @param payload lent until sent
     */
    public static Outgoing portMessage(PortMessage.Builder header, byte[] payload, SendListener listener) {
        return new Outgoing(Lane.LANE_DATA, payload, listener) {
            @Override
            boolean needsId() {
                return payload.length > Wire.CHUNK_BYTES;
            }

            @Override
            OutFrame first(ByteString piece, boolean more, long nowNanos) {
                header.setId(id).setPayload(piece).setMore(more).setSize(more ? payload.length : 0);
                return OutFrame.of(
                        Frame.newBuilder().setPortMessage(header.build()).build());
            }
        };
    }

    /**
     * Returns an item of a stream.
     *
     * @param header with the id of the stream, without payload
     * @param payload lent until sent
     */
    public static Outgoing item(Item.Builder header, byte[] payload, SendListener listener) {
        Outgoing item = new Outgoing(Lane.LANE_REPLY, payload, listener) {
            @Override
            OutFrame first(ByteString piece, boolean more, long nowNanos) {
                header.setPayload(piece).setMore(more).setSize(more ? payload.length : 0);
                return OutFrame.of(Frame.newBuilder().setItem(header.build()).build());
            }
        };
        item.id = header.getId();
        return item;
    }

    /**
     * Returns a reply.
     *
     * @param header with the id of the request, without payload
     * @param payload lent until sent
     */
    public static Outgoing reply(Reply.Builder header, byte[] payload, SendListener listener) {
        Outgoing reply = new Outgoing(Lane.LANE_REPLY, payload, listener) {
            @Override
            OutFrame first(ByteString piece, boolean more, long nowNanos) {
                header.setPayload(piece).setMore(more).setSize(more ? payload.length : 0);
                return OutFrame.of(Frame.newBuilder().setReply(header.build()).build());
            }
        };
        reply.id = header.getId();
        return reply;
    }

    /**
     * Returns an answer that fits into one frame and has no payload: a failure, the end of a stream, a report.
     *
     * @param id of what it answers
     */
    public static Outgoing answer(long id, OutFrame frame, SendListener listener) {
        Outgoing answer = single(Lane.LANE_REPLY, frame, 0, listener);
        answer.id = id;
        return answer;
    }

    /** Returns a frame of the reply lane that answers no request, with its payload. */
    public static Outgoing unnumberedAnswer(OutFrame frame, int payloadBytes, SendListener listener) {
        return single(Lane.LANE_REPLY, frame, payloadBytes, listener);
    }

    /** Returns a frame of the data lane that has no payload in chunks. */
    public static Outgoing frame(OutFrame frame, int payloadBytes, SendListener listener) {
        return single(Lane.LANE_DATA, frame, payloadBytes, listener);
    }

    private static Outgoing single(Lane lane, OutFrame frame, int payloadBytes, SendListener listener) {
        return new Outgoing(lane, NO_PAYLOAD, listener) {
            @Override
            OutFrame first(ByteString piece, boolean more, long nowNanos) {
                return frame;
            }

            @Override
            int nextCharge() {
                return payloadBytes + Wire.FRAME_CHARGE;
            }

            @Override
            long cost() {
                return nextCharge();
            }
        };
    }

    /** Returns a place in the data lane that counts what was dropped there. */
    static GapMark gap(String channel) {
        return new GapMark(channel);
    }

    /** Builds the first frame. */
    abstract OutFrame first(ByteString piece, boolean more, long nowNanos);

    boolean needsId() {
        return false;
    }

    final Lane lane() {
        return lane;
    }

    final SendListener listener() {
        return listener;
    }

    /** Whether its payload takes several frames. */
    final boolean isInPieces() {
        return payload.length > Wire.CHUNK_BYTES;
    }

    /** What it takes of its queue while it waits there. */
    long cost() {
        return (long) payload.length + Wire.FRAME_CHARGE;
    }

    /** What the next frame takes of the peer's window. */
    int nextCharge() {
        return (cancelled ? 0 : Math.min(payload.length - offset, Wire.CHUNK_BYTES)) + Wire.FRAME_CHARGE;
    }

    final boolean isStarted() {
        return started;
    }

    /** Nothing more of it is sent, except for a note to the peer if it has a part already. */
    final void cancel() {
        cancelled = true;
    }

    final boolean isCancelled() {
        return cancelled;
    }

    /** Whether everything was taken. */
    final boolean isFinished() {
        return started && (cancelled || offset == payload.length);
    }

    final OutFrame next(long nowNanos) {
        if (cancelled) {
            return OutFrame.of(Frame.newBuilder()
                    .setChunk(Chunk.newBuilder().setId(id).setLane(lane).setAborted(true))
                    .build());
        }
        int length = Math.min(payload.length - offset, Wire.CHUNK_BYTES);
        ByteString piece = UnsafeByteOperations.unsafeWrap(payload, offset, length);
        offset += length;
        boolean more = offset < payload.length;
        if (!started) {
            started = true;
            return first(piece, more, nowNanos);
        }
        return OutFrame.of(Frame.newBuilder()
                .setChunk(
                        Chunk.newBuilder().setId(id).setLane(lane).setMore(more).setPayload(piece))
                .build());
    }

    /** Counts what was dropped at one place of the data lane. */
    static final class GapMark extends Outgoing {
        private final String channel;
        private long count;

        private GapMark(String channel) {
            super(Lane.LANE_DATA, NO_PAYLOAD, SendListener.NONE);
            this.channel = channel;
        }

        void increment() {
            count++;
        }

        String channel() {
            return channel;
        }

        @Override
        OutFrame first(ByteString piece, boolean more, long nowNanos) {
            return OutFrame.of(Frame.newBuilder()
                    .setGap(Gap.newBuilder().setChannel(channel).setCount(count))
                    .build());
        }
    }
}
