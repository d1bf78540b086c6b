package dev.valence.session;

import dev.valence.ChannelName;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.Permissions.Use;
import dev.valence.TapEvent.Kind;
import dev.valence.call.CallbackScope;
import dev.valence.connection.Admission;
import dev.valence.connection.Outbox;
import dev.valence.connection.Outgoing;
import dev.valence.connection.SendListener;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.MessageHeader;
import dev.valence.frame.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages to one peer.
 *
 * <p><b>Threads.</b> Any.
 */
final class MessageDesk {

    private static final Header NONE = new Header(Opening.message(0, 0, 0, "", 0, List.of()), null);

    private final Session<?> session;
    private final Outbox outbox;
    private final Tally tally;
    private volatile Header last = NONE; // of the message before

    MessageDesk(Session<?> session, Outbox outbox, Tally tally) {
        this.session = session;
        this.outbox = outbox;
        this.tally = tally;
    }

    /**
     * Sends a message, and waits for room as the present thread may.
     *
     * @param destination the renderer that the peer passes it on to, 0 if it is for the peer
     */
    void send(int destination, String channel, @Nullable Object value) {
        checkMaySend(destination, channel);
        if (value instanceof byte[] bytes && mayLend(bytes)) {
            Payload lent = session.encode(new Payload(Encoding.BYTES, bytes));
            Outgoing.Loan loan = loan(destination, channel, lent);
            offer(loan);
            settle(loan);
        } else {
            offer(message(destination, channel, session.encode(value)));
        }
    }

    private void settle(Outgoing.Loan loan) {
        try {
            outbox.settle(loan);
        } catch (OutOfMemoryError e) { // there is no copy, and the array is its owner's again
            outbox.cancel(loan);
            throw e;
        }
    }

    private void offer(Outgoing message) {
        if (!session.offer(message)) {
            throw new IpcException(
                    ErrorCode.BACKPRESSURE, "no room in the queue, and this callback may not wait (see trySend)");
        }
    }

    /** Callbacks do not wait for the peer if they need not, and what a tap was shown may be kept. */
    private boolean mayLend(byte[] bytes) {
        return outbox.lends(bytes.length)
                && CallbackScope.current() == null
                && !session.traffic().isTapped();
    }

    /** Sends a message if there is room. What is refused for its length alone costs no encoding. */
    boolean trySend(String channel, @Nullable Object value) {
        checkMaySend(0, channel);
        boolean isSent = outbox.hasRoomForData(SizeHint.leastBytes(value))
                && isTaken(message(0, channel, session.encode(value)));
        if (!isSent) {
            tally.countRefusedSend();
        }
        return isSent;
    }

    private boolean isTaken(Outgoing message) {
        try {
            return outbox.offer(message, Admission.NEVER_WAIT);
        } catch (IpcException e) {
            return false;
        }
    }

    private void checkMaySend(int destination, String channel) {
        ChannelName.check(channel);
        session.checkMay(destination == 0 ? Use.SEND : Use.BROADCAST, channel);
    }

    private Outgoing message(int destination, String channel, Payload payload) {
        Header header = header(destination, channel, payload.encoding());
        MessageHeader encoded = header.encoded();
        SendListener listener = session.following(Kind.MESSAGE, channel, payload);
        return encoded == null || payload.bytes().length > Wire.CHUNK_BYTES
                ? Outgoing.message(header.opening(), payload.bytes(), false, listener)
                : Outgoing.message(encoded, payload.bytes(), listener);
    }

    private Outgoing.Loan loan(int destination, String channel, Payload payload) {
        Opening header = header(destination, channel, payload.encoding()).opening();
        return Outgoing.loan(header, payload.bytes(), session.following(Kind.MESSAGE, channel, payload));
    }

    /** Returns that of the message before if this one has the same; who sends much sends much of the same. */
    private Header header(int destination, String channel, int encoding) {
        Header header = last;
        Opening opening = header.opening();
        boolean isSame = opening.destination() == destination
                && opening.encoding() == encoding
                && opening.channel().equals(channel);
        if (!isSame) {
            header = new Header(Opening.message(0, destination, 0, channel, encoding, List.of()), null);
            last = header;
        } else if (header.encoded() == null) {
            header = new Header(opening, new MessageHeader(opening));
            last = header;
        }
        return header;
    }

    /**
     * What messages say beside their payloads.
     *
     * @param encoded null as long as one message has said it
     */
    private record Header(Opening opening, @Nullable MessageHeader encoded) {}
}
