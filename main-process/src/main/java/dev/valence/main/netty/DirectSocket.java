package dev.valence.main.netty;

import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The socket of a channel, past the channel: any thread may write to it.
 *
 * <p><b>Lifetime.</b> Nobody may write once the channel was closed: its descriptor may be the number of another file by
 * then. So whoever writes must keep the channel from being closed meanwhile.
 */
@FunctionalInterface
interface DirectSocket {

    /**
     * Writes what the socket takes without waiting.
     *
     * @param bytes direct; from its position to its limit, neither of which is moved
     * @return how many bytes were written
     */
    int write(ByteBuffer bytes) throws IOException;

    /**
     * Returns the socket of a channel that has a descriptor. Netty closes the channel by itself no more when the peer has
     * closed, but says {@link io.netty.channel.socket.ChannelInputShutdownEvent}.
     */
    static DirectSocket of(UnixChannel channel) {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        return bytes -> channel.fd().write(bytes, bytes.position(), bytes.limit());
    }
}
