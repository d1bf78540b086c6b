package dev.valence.frame;

import dev.valence.frame.Frame.Bounds;
import dev.valence.frame.Frame.Cancel;
import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Frame.Close;
import dev.valence.frame.Frame.Credit;
import dev.valence.frame.Frame.Drain;
import dev.valence.frame.Frame.Failure;
import dev.valence.frame.Frame.FailureCause;
import dev.valence.frame.Frame.FailureDetails;
import dev.valence.frame.Frame.Gap;
import dev.valence.frame.Frame.Hello;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Ping;
import dev.valence.frame.Frame.Pong;
import dev.valence.frame.Frame.PortClose;
import dev.valence.frame.Frame.PortOffer;
import dev.valence.frame.Frame.RegionCredit;
import dev.valence.frame.Frame.RegionOffer;
import dev.valence.frame.Frame.Report;
import dev.valence.frame.Frame.Rules;
import dev.valence.frame.Frame.StreamEnd;
import dev.valence.frame.Frame.Subscribe;
import dev.valence.frame.Frame.Unsubscribe;
import dev.valence.frame.Frame.Welcome;
import dev.valence.frame.Frame.Windows;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames as {@code frame.proto} says; the mirror of {@link FrameReader}.
 *
 * <p>Everything is written from its end to its beginning, so that a length is known when it has to be written. Each method takes
 * the index before which it writes, and returns the index of the first byte it wrote. Without a buffer it counts only.
 *
 * <p><b>Threads.</b> Any; it has no state.
 */
final class FrameWriter {

    private FrameWriter() {}

    /**
     * Writes a frame.
     *
     * @param out null to count
     * @param end index after the last byte of the frame
     * @param payload the payload is {@code length} bytes of it from {@code offset} on; for frames that have one
     */
    static int frame(@Nullable ByteBuffer out, int end, Frame frame, byte[] payload, int offset, int length) {
        int at = end;
        if (frame instanceof Opening opening) {
            at = payload(out, at, payload, offset, length);
            at = opening(out, at, opening);
            at = varint(out, at, (long) end - at);
            return beforeLength(out, at, opening);
        }
        if (frame instanceof Credit credit) {
            at = uint(out, at, 5, credit.port());
            at = uint(out, at, 4, credit.items());
            at = uint(out, at, 3, credit.replyBytes());
            at = uint(out, at, 2, credit.dataBytes());
            at = uint(out, at, 1, credit.target());
            return head(out, at, 8, end - at);
        }
        if (frame instanceof Chunk chunk) {
            at = payload(out, at, payload, offset, length);
            at = uint(out, at, 5, chunk.regionBytes());
            at = bool(out, at, 4, chunk.aborted());
            at = bool(out, at, 3, chunk.more());
            at = uint(out, at, 2, (long) chunk.lane()); // an enum
            at = uint(out, at, 1, chunk.id());
            return head(out, at, 7, end - at);
        }
        return ofStart(out, end, frame, payload, offset, length);
    }

    /** Comes before the rest: what a renderer does not say while it starts is not even loaded. */
    private static int ofStart(@Nullable ByteBuffer out, int end, Frame frame, byte[] payload, int offset, int length) {
        int at = end;
        if (frame instanceof Hello hello) {
            at = hello(out, at, hello);
            return head(out, at, 16, end - at);
        }
        if (frame instanceof Subscribe subscribe) {
            at = text(out, at, 1, subscribe.channel());
            return head(out, at, 19, end - at);
        }
        if (frame instanceof Frame.Ready) {
            return head(out, at, 21, 0);
        }
        if (frame instanceof Welcome welcome) {
            at = welcome(out, at, welcome);
            return head(out, at, 17, end - at);
        }
        if (frame instanceof Frame.ThreadDump) {
            at = payload(out, at, payload, offset, length);
            return head(out, at, 30, end - at);
        }
        return rare(out, end, frame);
    }

    /** Writes what comes before the length of the body: its tag, and the fields beside it. */
    static int beforeLength(@Nullable ByteBuffer out, int end, Opening opening) {
        int at = varint(out, end, fieldOf(opening.kind()) << 3 | FrameReader.LENGTH);
        at = uint(out, at, 3, opening.hops());
        at = uint(out, at, 2, opening.destination());
        return uint(out, at, 1, opening.origin());
    }

    private static int fieldOf(Kind kind) {
        return kind == Kind.MESSAGE
                ? 4
                : kind == Kind.REQUEST
                        ? 5
                        : kind == Kind.REPLY ? 6 : kind == Kind.ITEM ? 11 : kind == Kind.PORT_MESSAGE ? 12 : 25;
    }

    /** Writes the fields of the body but for its payload. */
    static int opening(@Nullable ByteBuffer out, int end, Opening opening) {
        Kind kind = opening.kind();
        int at = end;
        if (kind == Kind.PORT_MESSAGE) {
            at = ports(out, at, 7, opening.ports());
            at = uint(out, at, 6, opening.size());
            at = bool(out, at, 5, opening.more());
            at = uint(out, at, 3, opening.encoding());
            at = uint(out, at, 2, opening.id());
            return uint(out, at, 1, opening.port());
        }
        if (opening.isAnswer()) {
            at = uint(out, at, 5, opening.size());
            at = bool(out, at, 4, opening.more());
            at = uint(out, at, 2, opening.encoding());
            return uint(out, at, 1, opening.id());
        }
        at = uint(out, at, 12, opening.initialItems());
        at = ports(out, at, 8, opening.ports());
        at = uint(out, at, 7, opening.size());
        at = bool(out, at, 6, opening.more());
        at = kind == Kind.MESSAGE
                ? bool(out, at, 5, opening.isBroadcast())
                : uint(out, at, 5, opening.timeLeftMicros());
        at = uint(out, at, 3, opening.encoding());
        at = text(out, at, 2, opening.channel());
        return uint(out, at, 1, opening.id());
    }

    private static int ports(@Nullable ByteBuffer out, int end, int field, List<PortOffer> ports) {
        int at = end;
        for (int i = ports.size() - 1; i >= 0; i--) {
            int last = at;
            at = uint(out, at, 5, ports.get(i).underWayBytes());
            at = uint(out, at, 1, ports.get(i).port());
            at = head(out, at, field, last - at);
        }
        return at;
    }

    private static int rare(@Nullable ByteBuffer out, int end, Frame frame) {
        int at = end;
        if (frame instanceof Failure failure) {
            at = failed(out, end, failure.id(), failure.code(), failure.details());
            return head(out, at, 9, end - at);
        }
        if (frame instanceof Cancel cancel) {
            at = uint(out, at, 1, cancel.id());
            return head(out, at, 10, end - at);
        }
        if (frame instanceof Ping ping) {
            at = uint(out, at, 1, ping.nonce());
            return head(out, at, 13, end - at);
        }
        if (frame instanceof Pong pong) {
            at = uint(out, at, 3, pong.runningCallbacks());
            at = uint(out, at, 2, pong.oldestTurnMicros());
            at = uint(out, at, 1, pong.nonce());
            return head(out, at, 14, end - at);
        }
        if (frame instanceof Unsubscribe unsubscribe) {
            at = text(out, at, 1, unsubscribe.channel());
            return head(out, at, 20, end - at);
        }
        if (frame instanceof Drain drain) {
            at = uint(out, at, 1, drain.graceMicros());
            return head(out, at, 22, end - at);
        }
        if (frame instanceof Gap gap) {
            at = uint(out, at, 2, gap.count());
            at = text(out, at, 1, gap.channel());
            return head(out, at, 23, end - at);
        }
        if (frame instanceof Report report) {
            at = numbers(out, at, 3, report.skipped());
            at = numbers(out, at, 2, report.accepted());
            at = uint(out, at, 1, report.id());
            return head(out, at, 24, end - at);
        }
        if (frame instanceof StreamEnd last) {
            at = failed(out, end, last.id(), last.code(), last.details());
            return head(out, at, 26, end - at);
        }
        if (frame instanceof PortClose close) {
            at = uint(out, at, 1, close.port());
            return head(out, at, 27, end - at);
        }
        if (frame instanceof Close close) {
            at = text(out, at, 2, close.reason());
            at = uint(out, at, 1, close.code());
            return head(out, at, 18, end - at);
        }
        if (frame instanceof RegionOffer region) {
            at = bytes(out, at, 3, region.nonce(), 0, region.nonce().length);
            at = uint(out, at, 2, region.slots());
            at = text(out, at, 1, region.path());
            return head(out, at, 31, end - at);
        }
        if (frame instanceof RegionCredit credit) {
            at = uint(out, at, 1, credit.slots());
            return head(out, at, 32, end - at);
        }
        return head(out, at, 29, 0); // DumpThreads
    }

    private static int hello(@Nullable ByteBuffer out, int end, Hello hello) {
        int at = bounds(out, end, 10, hello.bounds());
        at = text(out, at, 9, hello.implementation());
        at = windows(out, at, 8, hello.windows());
        at = uint(out, at, 7, hello.processId());
        at = bytes(out, at, 6, hello.token(), 0, hello.token().length);
        at = uint(out, at, 5, (long) hello.client()); // an enum
        at = uint(out, at, 4, hello.features());
        at = uint(out, at, 3, hello.minor());
        at = uint(out, at, 2, hello.major());
        return fixed32(out, at, 1, hello.magic());
    }

    private static int welcome(@Nullable ByteBuffer out, int end, Welcome welcome) {
        int at = uint(out, end, 9, welcome.incarnation());
        int last = at;
        at = rules(out, at, welcome.rules());
        at = at == last ? at : head(out, at, 8, last - at);
        at = bounds(out, at, 7, welcome.bounds());
        at = windows(out, at, 6, welcome.windows());
        at = text(out, at, 5, welcome.rendererName());
        at = uint(out, at, 4, welcome.rendererId());
        at = uint(out, at, 3, welcome.features());
        at = uint(out, at, 2, welcome.minor());
        return uint(out, at, 1, welcome.major());
    }

    private static int windows(@Nullable ByteBuffer out, int end, int field, Windows windows) {
        int at = uint(out, end, 2, windows.replyBytes());
        at = uint(out, at, 1, windows.dataBytes());
        return at == end ? at : head(out, at, field, end - at);
    }

    private static int bounds(@Nullable ByteBuffer out, int end, int field, Bounds bounds) {
        int at = uint(out, end, 3, bounds.subscriptions());
        at = uint(out, at, 2, bounds.pendingRequests());
        at = uint(out, at, 1, bounds.payloadBytes());
        return at == end ? at : head(out, at, field, end - at);
    }

    /** Writes the fields of rules. */
    static int rules(@Nullable ByteBuffer out, int end, Rules rules) {
        int at = texts(out, end, 7, rules.deny());
        at = texts(out, at, 6, rules.broadcast());
        at = texts(out, at, 5, rules.subscribe());
        at = texts(out, at, 4, rules.handle());
        at = texts(out, at, 3, rules.invoke());
        at = texts(out, at, 2, rules.send());
        return bool(out, at, 1, rules.open());
    }

    private static int failed(@Nullable ByteBuffer out, int end, long id, int code, @Nullable FailureDetails details) {
        int at = end;
        if (details != null) {
            at = text(out, at, 5, details.applicationDetails());
            at = text(out, at, 4, details.applicationCode());
            for (int i = details.causes().size() - 1; i >= 0; i--) {
                int last = at;
                FailureCause cause = details.causes().get(i);
                at = text(out, at, 2, cause.message());
                at = text(out, at, 1, cause.type());
                at = head(out, at, 3, last - at);
            }
            at = text(out, at, 2, details.type());
            at = text(out, at, 1, details.message());
            at = head(out, at, 3, end - at);
        }
        at = uint(out, at, 2, code);
        return uint(out, at, 1, id);
    }

    // ---- Fields: one that has its default is not written ---------------------------------------------------------

    /** Writes what stands before the bytes of a field: its tag and its length. */
    private static int head(@Nullable ByteBuffer out, int end, int field, int length) {
        return varint(out, varint(out, end, length), field << 3 | FrameReader.LENGTH);
    }

    private static int uint(@Nullable ByteBuffer out, int end, int field, int value) {
        return uint(out, end, field, Integer.toUnsignedLong(value));
    }

    private static int uint(@Nullable ByteBuffer out, int end, int field, long value) {
        return value == 0 ? end : varint(out, varint(out, end, value), field << 3);
    }

    private static int bool(@Nullable ByteBuffer out, int end, int field, boolean value) {
        return uint(out, end, field, value ? 1 : 0);
    }

    private static int fixed32(@Nullable ByteBuffer out, int end, int field, int value) {
        if (value == 0) {
            return end;
        }
        int at = end - Integer.BYTES;
        for (int i = 0; out != null && i < Integer.BYTES; i++) {
            out.put(at + i, (byte) (value >>> (8 * i)));
        }
        return varint(out, at, field << 3 | FrameReader.FIXED32);
    }

    private static int bytes(@Nullable ByteBuffer out, int end, int field, byte[] bytes, int offset, int length) {
        if (length == 0) {
            return end;
        }
        int at = end - length;
        if (out != null) {
            out.put(at, bytes, offset, length);
        }
        return head(out, at, field, length);
    }

    /** Writes the payload of a body. */
    static int payload(@Nullable ByteBuffer out, int end, byte[] payload, int offset, int length) {
        return bytes(out, end, 15, payload, offset, length);
    }

    private static int numbers(@Nullable ByteBuffer out, int end, int field, List<Integer> numbers) {
        int at = end;
        for (int i = numbers.size() - 1; i >= 0; i--) {
            at = varint(out, at, Integer.toUnsignedLong(numbers.get(i)));
        }
        return at == end ? at : head(out, at, field, end - at);
    }

    private static int texts(@Nullable ByteBuffer out, int end, int field, List<String> texts) {
        int at = end;
        for (int i = texts.size() - 1; i >= 0; i--) {
            at = anyText(out, at, field, texts.get(i));
        }
        return at;
    }

    private static int text(@Nullable ByteBuffer out, int end, int field, String text) {
        return text.isEmpty() ? end : anyText(out, end, field, text);
    }

    private static int anyText(@Nullable ByteBuffer out, int end, int field, String text) {
        int length = Utf8.length(text);
        int at = end - length;
        if (out != null) {
            Utf8.put(out, at, text);
        }
        return head(out, at, field, length);
    }

    /** Returns how many bytes a number takes: seven bits each. */
    static int varintBytes(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    static int varint(@Nullable ByteBuffer out, int end, long value) {
        int at = end - varintBytes(value);
        if (out != null) {
            long rest = value;
            for (int i = at; i < end - 1; i++) {
                out.put(i, (byte) (rest | 0x80));
                rest >>>= 7;
            }
            out.put(end - 1, (byte) rest);
        }
        return at;
    }
}
