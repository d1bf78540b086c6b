package dev.valence;

/**
 * Sees everything that one process sends and receives on channels, undecoded: for logs, metrics, recorders. What goes
 * through a port is private to it and not shown; the message that hands the port over is.
 *
 * <p><b>Threads.</b> Called where the bytes pass: for what comes in on the I/O thread, for what goes out on the thread that
 * writes, for calls that end without an answer on the thread that ends them. Taps of several connections run at the same
 * time. A tap must be quick: what it costs, every message costs, and while it waits its connection stands still. It should
 * hand on what takes longer, and not send; waits for a reply or for room are refused inside it. What it throws is logged and
 * does no harm.
 *
 * <p><b>Order.</b> What came over a connection is shown in the order in which it arrived, and each message or request before
 * any listener or handler sees it. What is sent over a connection is shown in the order in which it is written, when its
 * last byte is about to be; that is the order of sending for messages, broadcasts and requests.
 *
 * <p><b>Ownership.</b> The bytes of a payload are lent, may be kept, and must not be changed.
 */
@FunctionalInterface
public interface Tap {

    /** Called for each event. */
    void onEvent(TapEvent event);
}
