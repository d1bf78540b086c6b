package dev.valence.main.netty;

import dev.valence.frame.PeerCredentials;
import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/** What the JDK tells about the peer of a Unix socket: a user, but by name. */
final class NioCredentials {

    private NioCredentials() {}

    /** Returns the number of the user if it is the one who owns the socket file, which is who runs this process. */
    static PeerCredentials of(Channel channel, Path socket) throws IOException {
        @Nullable
        UnixDomainPrincipal peer = channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
        if (peer == null) {
            return new PeerCredentials(-1, -1);
        }
        UserPrincipal owner = Files.getOwner(socket, LinkOption.NOFOLLOW_LINKS);
        if (!peer.user().equals(owner)) {
            return new PeerCredentials(PeerCredentials.SOMEBODY_ELSE, -1);
        }
        Object userId = Files.getAttribute(socket, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        return new PeerCredentials(((Number) userId).longValue(), -1);
    }
}
