package dev.valence.connection;

import dev.valence.frame.Wire;
import dev.valence.proto.Bounds;
import dev.valence.proto.Credit;
import dev.valence.proto.Feature;
import dev.valence.proto.Frame;
import dev.valence.proto.Gap;
import dev.valence.proto.Message;
import dev.valence.proto.Windows;

/** The rules of {@code docs/protocol.md} that a frame keeps or breaks by itself, whatever came before it. */
final class FrameRules {

    private static final long MIN_WINDOW_BYTES = 1 << 20;

    private FrameRules() {}

    /** Checks a frame that main got. */
    static void checkFromClient(Frame frame) {
        if (frame.getOrigin() != 0) {
            throw Reassembly.broken("origin: " + frame.getOrigin() + " (expected: none from a client)");
        }
        Message message = frame.getMessage();
        if (message.getBroadcast() && message.getId() == 0) {
            throw Reassembly.broken("id of a broadcast: 0 (expected: one, for its report)");
        }
        checkFrame(frame, frame.hasMessage() && !message.getBroadcast());
    }

    /** Checks a frame that a client got. */
    static void checkFromMain(Frame frame) {
        checkFrame(frame, false);
    }

    private static void checkFrame(Frame frame, boolean mayBePassedOn) {
        if (frame.getDestination() != 0 && !mayBePassedOn) {
            throw Reassembly.broken("destination: " + frame.getDestination() + " (expected: none on this frame)");
        }
        int header = frame.getSerializedSize() - chargedBytes(frame);
        if (header > Wire.MAX_HEADER_BYTES) {
            throw Reassembly.broken(
                    "frame: " + header + " bytes beside its payload (expected: at most " + Wire.MAX_HEADER_BYTES + ")");
        }
    }

    /** What is charged by its payload must not be large in another way. */
    private static int chargedBytes(Frame frame) {
        return switch (frame.getBodyCase()) {
            case MESSAGE -> frame.getMessage().getPayload().size();
            case REQUEST -> frame.getRequest().getPayload().size();
            case REPLY -> frame.getReply().getPayload().size();
            case CHUNK -> frame.getChunk().getPayload().size();
            case STREAM -> frame.getStream().getPayload().size();
            case ITEM -> frame.getItem().getPayload().size();
            case PORT_MESSAGE -> frame.getPortMessage().getPayload().size();
            case THREAD_DUMP -> frame.getThreadDump().getPayload().size();
            case FAILURE, STREAM_END, REPORT -> Wire.MAX_FRAME_BYTES;
            default -> 0;
        };
    }

    /** Checks that main chose among the features that this side knows. */
    static void checkFeatures(long features) {
        if ((features & ~Wire.FEATURES) != 0) {
            throw Reassembly.broken("features: " + features + " (expected: some of " + Wire.FEATURES + ")");
        }
    }

    /** Checks that a frame belongs to the protocol as both sides know it. */
    static void checkNegotiated(Frame frame, long features) {
        long needed = switch (frame.getBodyCase()) {
            case STREAM, ITEM, STREAM_END -> Feature.FEATURE_STREAMS_VALUE;
            case PORT_MESSAGE, PORT_CLOSE -> Feature.FEATURE_PORTS_VALUE;
            case DUMP_THREADS, THREAD_DUMP -> Feature.FEATURE_THREAD_DUMPS_VALUE;
            case CREDIT -> featuresOf(frame.getCredit());
            default -> 0;
        };
        if ((needed & ~features) != 0) {
            throw Reassembly.broken(
                    "frame: " + frame.getBodyCase() + " (expected: none of a feature that was not negotiated)");
        }
    }

    private static long featuresOf(Credit credit) {
        return (credit.getTarget() == 0 ? 0 : Feature.FEATURE_STREAMS_VALUE)
                | (credit.getPort() == 0 ? 0 : Feature.FEATURE_PORTS_VALUE);
    }

    /** Checks room that came back. */
    static void checkCredit(Credit credit) {
        boolean isOfOne = credit.getTarget() == 0 || credit.getPort() == 0;
        boolean isNegative = credit.getTarget() < 0
                || credit.getPort() < 0
                || credit.getDataBytes() < 0
                || credit.getReplyBytes() < 0
                || credit.getItems() < 0;
        if (!isOfOne || isNegative) {
            throw Reassembly.broken("credit for stream " + credit.getTarget() + " and port " + credit.getPort()
                    + " (expected: for one thing, and not negative)");
        }
    }

    /** Checks what a peer is ready to receive. */
    static void checkWindows(Windows windows) {
        if (windows.getDataBytes() < MIN_WINDOW_BYTES || windows.getReplyBytes() < MIN_WINDOW_BYTES) {
            throw Reassembly.broken("windows: " + windows.getDataBytes() + " and " + windows.getReplyBytes()
                    + " bytes (expected: at least 1 MiB each)");
        }
    }

    /** Checks the limits of a peer. */
    static void checkBounds(Bounds bounds) {
        if (bounds.getPayloadBytes() < 0) {
            throw Reassembly.broken("largest payload: " + Long.toUnsignedString(bounds.getPayloadBytes())
                    + " bytes (expected: at most 63 bits)");
        }
    }

    /** Checks what was dropped. */
    static void checkGap(Gap gap) {
        DataIntake.checkChannel(gap.getChannel());
        if (gap.getCount() <= 0) {
            throw Reassembly.broken("gap: " + gap.getCount() + " messages (expected: 1 or more)");
        }
    }
}
