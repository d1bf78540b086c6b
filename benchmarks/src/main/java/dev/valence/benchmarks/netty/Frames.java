package dev.valence.benchmarks.netty;

import dev.valence.benchmarks.peer.Receipts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/** The least that makes messages of bytes: a length before each. Decoded where they lie. */
final class Frames extends ByteToMessageDecoder {

    static final int LENGTH_BYTES = 4;

    private final Receipts receipts;

    Frames(Receipts receipts) {
        this.receipts = receipts;
    }

    static void write(ByteBuf frame, ByteBuf payload) {
        frame.writeInt(payload.readableBytes()).writeBytes(payload, payload.readerIndex(), payload.readableBytes());
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        while (in.readableBytes() >= LENGTH_BYTES) {
            int length = in.getInt(in.readerIndex());
            if (in.readableBytes() < LENGTH_BYTES + length) {
                return;
            }
            in.skipBytes(LENGTH_BYTES + length);
            receipts.arrived(length);
        }
    }
}
