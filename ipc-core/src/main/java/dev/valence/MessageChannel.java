package dev.valence;

import java.util.Objects;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * A new pipe: two ports that are joined. Both can be used here, or handed over to other processes.
 *
 * <pre>{@code
 * MessageChannel channel = MessageChannel.create();
 * editor.postMessage("preview", null, channel.port1());
 * viewer.postMessage("source", null, channel.port2()); // editor and viewer talk to each other now
 * }</pre>
 *
 * <p><b>Threads.</b> May be made and used on any thread, without a connection.
 *
 * @param port1 one end
 * @param port2 the other end
 */
public record MessageChannel(MessagePort port1, MessagePort port2) {

    /** Checks the ports. */
    public MessageChannel {
        Objects.requireNonNull(port1, "port1");
        Objects.requireNonNull(port2, "port2");
    }

    /** Makes a pipe whose ends run their listeners on an elastic executor, as long as they stay in this process. */
    public static MessageChannel create() {
        return Maker.INSTALLED.make(null);
    }

    /**
     * Makes a pipe whose ends run their listeners on an executor, as long as they stay in this process. On a direct one
     * listeners run inside {@code postMessage}, or on the I/O thread that brings the message.
     */
    public static MessageChannel create(CallbackExecutor executor) {
        return Maker.INSTALLED.make(Objects.requireNonNull(executor, "executor"));
    }

    /** Makes pipes. For the library: how they work is no part of its API. */
    public interface Maker {

        /** The one that comes with the library. */
        Maker INSTALLED = ServiceLoader.load(Maker.class, Maker.class.getClassLoader())
                .findFirst()
                .orElseThrow();

        /**
         * Makes a pipe.
         *
         * @param executor of its ends; null for the default
         */
        MessageChannel make(@Nullable CallbackExecutor executor);
    }
}
