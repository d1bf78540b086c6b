package dev.valence.connection;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.fixtures.ProtoFrames;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Ping;
import dev.valence.frame.Frame.Pong;
import dev.valence.frame.Frame.StreamEnd;
import dev.valence.frame.OutFrame;
import dev.valence.proto.Frame;
import java.util.ArrayList;
import java.util.List;

/** What tests put into an outbox, and how they read what comes out. */
final class OutboxItems {

    /** Why an outbox takes no more data. */
    static final IpcException CLOSING = new IpcException(ErrorCode.PEER_GONE, "going away");

    private OutboxItems() {}

    static Outgoing message(String channel, int size) {
        return message(channel, size, false, SendListener.NONE);
    }

    static Outgoing message(String channel, int size, boolean numbered, SendListener listener) {
        Opening header = Opening.message(0, 0, 0, channel, 0, List.of());
        return Outgoing.message(header, new byte[size], numbered, listener);
    }

    static Outgoing request(String channel, int size, SendListener listener) {
        Opening header = Opening.call(Kind.REQUEST, channel, 0, 0);
        return Outgoing.request(header, new byte[size], System.nanoTime() + 10_000_000_000L, listener);
    }

    static Outgoing reply(long id, int size) {
        return Outgoing.answer(Opening.answer(Kind.REPLY, id, 0), new byte[size], SendListener.NONE);
    }

    static Outgoing item(long id, int size) {
        return Outgoing.answer(Opening.answer(Kind.ITEM, id, 0), new byte[size], SendListener.NONE);
    }

    static Outgoing streamEnd(long id) {
        return Outgoing.answer(id, OutFrame.of(new StreamEnd(id, 0, null)), SendListener.NONE);
    }

    static Ping ping(long nonce) {
        return new Ping(nonce);
    }

    static Pong pong(long nonce) {
        return new Pong(nonce, 0, 0);
    }

    /** Offers a broadcast and tells the transport; returns whether it was taken. */
    static boolean offerBroadcast(Outbox to, Outgoing message, String channel, int origin) {
        List<Runnable> wakeUps = new ArrayList<>();
        boolean isTaken = to.offerBroadcast(message, channel, origin, wakeUps);
        wakeUps.forEach(Runnable::run);
        return isTaken;
    }

    /** Takes one frame, or returns null. */
    static OutFrame next(Outbox from) {
        Handful one = new Handful(1);
        from.take(one);
        return one.next();
    }

    /** Takes as many frames as a connection does at once. */
    static List<String> takenAtOnce(Outbox from) {
        Handful handful = new Handful(Handful.FRAMES);
        from.take(handful);
        return names(handful);
    }

    /** Takes the frames out of a handful. */
    static List<String> names(Handful handful) {
        List<String> names = new ArrayList<>();
        for (OutFrame frame = handful.next(); frame != null; frame = handful.next()) {
            names.add(name(frame));
        }
        return names;
    }

    static Frame frame(Outbox from) {
        return ProtoFrames.parse(next(from));
    }

    static List<String> sent(Outbox from) {
        return sent(from, Integer.MAX_VALUE);
    }

    /** Takes at most so many frames. */
    static List<String> sent(Outbox from, int most) {
        List<String> names = new ArrayList<>();
        OutFrame frame;
        while (names.size() < most && (frame = next(from)) != null) {
            names.add(name(frame));
        }
        return names;
    }

    static String name(OutFrame out) {
        Frame frame = ProtoFrames.parse(out);
        return switch (frame.getBodyCase()) {
            case MESSAGE -> frame.getMessage().getChannel();
            case REQUEST -> frame.getRequest().getChannel();
            case REPLY -> "reply " + frame.getReply().getId();
            case ITEM -> "item " + frame.getItem().getId();
            case STREAM_END -> "end " + frame.getStreamEnd().getId();
            case CHUNK ->
                (frame.getChunk().getAborted() ? "abort " : "chunk ")
                        + frame.getChunk().getId() + " " + frame.getChunk().getLane();
            case CANCEL -> "cancel " + frame.getCancel().getId();
            case PING -> "ping " + frame.getPing().getNonce();
            case PONG -> "pong " + frame.getPong().getNonce();
            case GAP ->
                "gap " + frame.getGap().getChannel() + " " + frame.getGap().getCount();
            case DRAIN -> "drain " + frame.getDrain().getGraceMicros();
            case CLOSE ->
                "close " + frame.getClose().getCode() + " " + frame.getClose().getReason();
            case CREDIT ->
                "credit " + frame.getCredit().getDataBytes() + " "
                        + frame.getCredit().getReplyBytes();
            default -> frame.toString();
        };
    }
}
