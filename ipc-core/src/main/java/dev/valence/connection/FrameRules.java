package dev.valence.connection;

import dev.valence.ChannelName;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Bounds;
import dev.valence.frame.Frame.Credit;
import dev.valence.frame.Frame.Gap;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Windows;
import dev.valence.frame.FrameReader;
import dev.valence.frame.Wire;

/** The rules of {@code docs/protocol.md} that a frame keeps or breaks by itself, whatever came before it. */
final class FrameRules {

    private static final long MIN_WINDOW_BYTES = 1 << 20;

    private FrameRules() {}

    /**
     * Checks a frame that main got.
     *
     * @param read what has just read it
     * @param bytesBeside its length without its payload
     */
    static void checkFromClient(FrameReader read, Frame frame, int bytesBeside) {
        if (read.origin() != 0) {
            throw Reassembly.broken("origin: " + read.origin() + " (expected: none from a client)");
        }
        boolean isMessage = frame instanceof Opening opening && opening.kind() == Kind.MESSAGE;
        boolean isBroadcast = frame instanceof Opening opening && opening.isBroadcast();
        if (isBroadcast && ((Opening) frame).id() == 0) {
            throw Reassembly.broken("id of a broadcast: 0 (expected: one, for its report)");
        }
        checkFrame(read, frame, isMessage && !isBroadcast, bytesBeside);
    }

    /**
     * Checks a frame that a client got.
     *
     * @param read what has just read it
     * @param bytesBeside its length without its payload
     */
    static void checkFromMain(FrameReader read, Frame frame, int bytesBeside) {
        checkFrame(read, frame, false, bytesBeside);
    }

    private static void checkFrame(FrameReader read, Frame frame, boolean mayBePassedOn, int bytesBeside) {
        if (read.destination() != 0 && !mayBePassedOn) {
            throw Reassembly.broken("destination: " + read.destination() + " (expected: none on this frame)");
        }
        // What is charged by its payload must not be large in another way.
        if (bytesBeside > Wire.MAX_HEADER_BYTES && !mayBeLong(frame)) {
            throw Reassembly.broken("frame: " + bytesBeside + " bytes beside its payload (expected: at most "
                    + Wire.MAX_HEADER_BYTES + ")");
        }
    }

    private static boolean mayBeLong(Frame frame) {
        return frame instanceof Frame.Failure || frame instanceof Frame.StreamEnd || frame instanceof Frame.Report;
    }

    /** Checks that main chose among the features that this side knows. */
    static void checkFeatures(long features) {
        if ((features & ~Wire.FEATURES) != 0) {
            throw Reassembly.broken("features: " + features + " (expected: some of " + Wire.FEATURES + ")");
        }
    }

    /** Checks that a frame belongs to the protocol as both sides know it. */
    static void checkNegotiated(Frame frame, long features) {
        if ((featuresOf(frame) & ~features) != 0) {
            throw Reassembly.broken(
                    "frame: " + frame.name() + " (expected: none of a feature that was not negotiated)");
        }
    }

    private static long featuresOf(Frame frame) {
        if (frame instanceof Opening opening) {
            Kind kind = opening.kind();
            return kind == Kind.STREAM || kind == Kind.ITEM
                    ? Wire.FEATURE_STREAMS
                    : kind == Kind.PORT_MESSAGE ? Wire.FEATURE_PORTS : 0;
        }
        if (frame instanceof Credit credit) {
            return (credit.target() == 0 ? 0 : Wire.FEATURE_STREAMS) | (credit.port() == 0 ? 0 : Wire.FEATURE_PORTS);
        }
        if (frame instanceof Frame.StreamEnd) {
            return Wire.FEATURE_STREAMS;
        }
        if (frame instanceof Frame.PortClose) {
            return Wire.FEATURE_PORTS;
        }
        boolean isOfRegion = frame instanceof Frame.RegionOffer
                || frame instanceof Frame.RegionCredit
                || (frame instanceof Frame.Chunk chunk && chunk.regionBytes() != 0);
        if (isOfRegion) {
            return Wire.FEATURE_REGIONS;
        }
        boolean isOfDump = frame instanceof Frame.DumpThreads || frame instanceof Frame.ThreadDump;
        return isOfDump ? Wire.FEATURE_THREAD_DUMPS : 0;
    }

    /** Checks the first frame of something in the data lane. */
    static void checkOpening(Opening opening) {
        if (opening.kind() != Kind.PORT_MESSAGE) {
            checkChannel(opening.channel());
        }
        if (opening.isCancellable() && opening.timeLeftMicros() <= 0) {
            throw Reassembly.broken("time left: " + opening.timeLeftMicros() + " (expected: 1 µs or more)");
        }
        if (opening.initialItems() < 0) {
            throw Reassembly.broken("initial items: " + opening.initialItems() + " (expected: 0 or more)");
        }
    }

    static void checkChannel(String channel) {
        try {
            ChannelName.check(channel);
        } catch (IllegalArgumentException e) {
            throw Reassembly.broken(String.valueOf(e.getMessage()));
        }
    }

    /** Checks room that came back. */
    static void checkCredit(Credit credit) {
        boolean isOfOne = credit.target() == 0 || credit.port() == 0;
        boolean isNegative = credit.target() < 0
                || credit.port() < 0
                || credit.dataBytes() < 0
                || credit.replyBytes() < 0
                || credit.items() < 0;
        if (!isOfOne || isNegative) {
            throw Reassembly.broken("credit for stream " + credit.target() + " and port " + credit.port()
                    + " (expected: for one thing, and not negative)");
        }
    }

    /** Checks what a peer is ready to receive. */
    static void checkWindows(Windows windows) {
        if (windows.dataBytes() < MIN_WINDOW_BYTES || windows.replyBytes() < MIN_WINDOW_BYTES) {
            throw Reassembly.broken("windows: " + windows.dataBytes() + " and " + windows.replyBytes()
                    + " bytes (expected: at least 1 MiB each)");
        }
    }

    /** Checks the limits of a peer. */
    static void checkBounds(Bounds bounds) {
        if (bounds.payloadBytes() < 0) {
            throw Reassembly.broken("largest payload: " + Long.toUnsignedString(bounds.payloadBytes())
                    + " bytes (expected: at most 63 bits)");
        }
    }

    /** Checks what was dropped. */
    static void checkGap(Gap gap) {
        checkChannel(gap.channel());
        if (gap.count() <= 0) {
            throw Reassembly.broken("gap: " + gap.count() + " messages (expected: 1 or more)");
        }
    }
}
