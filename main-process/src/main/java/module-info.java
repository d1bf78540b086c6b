/** The main process: listens, launches renderers, and talks with them. */
@org.jspecify.annotations.NullMarked
module dev.valence.main {
    requires transitive dev.valence.core;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.kqueue;
    requires io.netty.transport.unix.common;
    requires static jdk.jfr;
    requires jdk.net;
    requires org.slf4j;
    requires transitive static org.jspecify;

    exports dev.valence.main;
}
