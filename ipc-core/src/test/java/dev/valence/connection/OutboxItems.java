package dev.valence.connection;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.frame.OutFrame;
import dev.valence.proto.Frame;
import dev.valence.proto.Item;
import dev.valence.proto.Message;
import dev.valence.proto.Ping;
import dev.valence.proto.Pong;
import dev.valence.proto.Reply;
import dev.valence.proto.Request;
import dev.valence.proto.StreamEnd;
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
        Message.Builder header = Message.newBuilder().setChannel(channel);
        return Outgoing.message(Frame.newBuilder(), header, new byte[size], numbered, listener);
    }

    static Outgoing request(String channel, int size, SendListener listener) {
        Request.Builder header = Request.newBuilder().setChannel(channel);
        return Outgoing.request(header, new byte[size], System.nanoTime() + 10_000_000_000L, listener);
    }

    static Outgoing reply(long id, int size) {
        return Outgoing.reply(Reply.newBuilder().setId(id), new byte[size], SendListener.NONE);
    }

    static Outgoing item(long id, int size) {
        return Outgoing.item(Item.newBuilder().setId(id), new byte[size], SendListener.NONE);
    }

    static Outgoing streamEnd(long id) {
        StreamEnd end = StreamEnd.newBuilder().setId(id).build();
        return Outgoing.answer(
                id, OutFrame.of(Frame.newBuilder().setStreamEnd(end).build()), SendListener.NONE);
    }

    static Frame ping(long nonce) {
        return Frame.newBuilder().setPing(Ping.newBuilder().setNonce(nonce)).build();
    }

    static Frame pong(long nonce) {
        return Frame.newBuilder().setPong(Pong.newBuilder().setNonce(nonce)).build();
    }

    static Frame frame(Outbox from) {
        return from.nextFrame().frame();
    }

    static List<String> sent(Outbox from) {
        return sent(from, Integer.MAX_VALUE);
    }

    /** Takes at most so many frames. */
    static List<String> sent(Outbox from, int most) {
        List<String> names = new ArrayList<>();
        OutFrame frame;
        while (names.size() < most && (frame = from.nextFrame()) != null) {
            names.add(name(frame));
        }
        return names;
    }

    static String name(OutFrame out) {
        Frame frame = out.frame();
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
