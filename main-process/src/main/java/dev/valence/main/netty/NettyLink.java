package dev.valence.main.netty;

import dev.valence.frame.Acceptor;
import dev.valence.frame.FrameAssembler;
import dev.valence.frame.FrameHandler;
import dev.valence.frame.Link;
import dev.valence.frame.PeerCredentials;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.unix.Errors;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection through a Netty channel.
 *
 * <p><b>Threads.</b> Everything happens on the channel's event loop; wake-ups from elsewhere schedule one task there. But
 * what somebody waits for may be taken and written by the thread that has it to say, see {@link LinkWriter}.
 *
 * <p><b>Lifetime.</b> The handler is told of the end, and a channel that others write to is closed, with the turn to write in
 * hand for good.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails comes back through the pipeline as well
final class NettyLink extends ChannelInboundHandlerAdapter implements Link {

    private static final Logger log = LoggerFactory.getLogger(NettyLink.class);

    /** How long what a peer sent is still read after writing to it has failed. */
    private static final long READ_REST_SECONDS = 5;

    private final Channel channel;
    private final IoLoop loop;
    private final Acceptor acceptor;
    private final @Nullable PeerCredentials credentials;
    private final LinkWriter writer;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean scheduled = new AtomicBoolean(); // a drain is under way to the event loop
    private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>(); // the first one counts
    private final ReadBuffer readBuffer = new ReadBuffer(); // event loop only
    private @Nullable Ends ends; // event loop only; null until the channel is active
    private boolean reading; // event loop only
    private boolean wokenWhileReading; // event loop only
    private boolean taking; // event loop only: the handler is asked for frames, an end has to wait
    private boolean finished; // event loop only: it has the turn to write for good
    private boolean inactive; // event loop only: the channel is closed

    /**
     * Makes a link that is to be added to the pipeline of its channel.
     *
     * @param loop that the channel is, or will be, registered with
     * @param socket that of the channel if any thread may write to it, else null
     */
    NettyLink(
            Channel channel,
            IoLoop loop,
            @Nullable DirectSocket socket,
            @Nullable PeerCredentials credentials,
            Acceptor acceptor) {
        this.channel = channel;
        this.loop = loop;
        this.writer = new LinkWriter(channel, socket);
        this.credentials = credentials;
        this.acceptor = acceptor;
        channel.config().setRecvByteBufAllocator(readBuffer);
    }

    /** Completes after the handler was told of the end. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    @Override
    public boolean isReader() {
        return loop.loop().inEventLoop() && reading;
    }

    @Override
    public void wakeUp() {
        if (isReader()) {
            wokenWhileReading = true; // the answers to all frames of one read go out together
        } else {
            scheduleDrain();
        }
    }

    private void scheduleDrain() {
        markScheduled();
        loop.wakeUp();
    }

    private void markScheduled() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            loop.add(this);
        }
    }

    @Override
    public Runnable announce() {
        if (isReader()) {
            wokenWhileReading = true;
        } else {
            markScheduled();
        }
        return loop.waking();
    }

    @Override
    public void expedite() {
        if (!writer.isDialogue() || loop.loop().inEventLoop()) {
            wakeUp();
            return;
        }
        LinkWriter.Outcome outcome = LinkWriter.Outcome.LEFT_TO_LOOP;
        try {
            outcome = writer.writeNow();
        } catch (RuntimeException | Error e) {
            endBecauseOfFrame(e);
        }
        if (outcome == LinkWriter.Outcome.LEFT_TO_LOOP) {
            scheduleDrain();
        }
    }

    @Override
    public boolean isBehind() {
        return scheduled.get();
    }

    @Override
    public void close() {
        end(new Ending(null, true));
    }

    @Override
    public @Nullable PeerCredentials credentials() {
        return credentials;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        taking = true; // so that a close by the acceptor comes after what it queued
        try {
            FrameHandler handler = acceptor.accept(this);
            ends = new Ends(handler, new FrameAssembler(handler, () -> ending.get() != null));
            writer.open(handler);
        } catch (RuntimeException | Error e) {
            log.warn("a connection was not accepted", e);
            ctx.close();
            return;
        } finally {
            taking = false;
        }
        drain();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (ends == null) {
            bytes.release();
            return;
        }
        writer.heard();
        reading = true;
        try {
            readBuffer.take(bytes, ends.assembler());
        } catch (IOException e) {
            end(Ending.because(e));
        } catch (RuntimeException | Error e) {
            log.warn("a frame could not be handled; the connection is closed", e);
            end(Ending.because(new IOException("a frame could not be handled: " + e, e)));
        } finally {
            reading = false;
        }
        if (wokenWhileReading) {
            wokenWhileReading = false;
            drain();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            wakeUp(); // not at once: this may be called out of a write
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            end(endOfInput());
        } else if (event == ChannelOutputShutdownEvent.INSTANCE) {
            // Writing failed. As a rule the peer has closed, and the end comes after what it sent before.
            Ending gaveUp = Ending.because(new IOException("the peer takes no more bytes"));
            ctx.executor().schedule(() -> end(gaveUp), READ_REST_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        if (failure instanceof IOException io) {
            end(isDisconnect(io) ? endOfInput() : Ending.because(io));
        } else {
            log.warn("the connection failed and is closed", failure);
            end(Ending.because(new IOException("the connection failed: " + failure, failure)));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ending.compareAndSet(null, endOfInput());
        inactive = true;
        finish();
    }

    /** Writes what there is, or ends what is to end. Event loop. */
    void drain() {
        scheduled.set(false); // before the handler is asked, so that a wake-up in between is not lost
        if (ending.get() != null) {
            finish();
        } else if (writer.enter()) {
            write();
            if (writer.leave()) {
                scheduleDrain();
            }
        }
    }

    private void write() {
        taking = true;
        try {
            writer.write();
        } catch (RuntimeException | Error e) {
            endBecauseOfFrame(e);
        } finally {
            taking = false;
        }
    }

    private void endBecauseOfFrame(Throwable failure) {
        log.warn("no frame could be taken; the connection is closed", failure);
        end(Ending.because(new IOException("no frame could be taken: " + failure, failure)));
    }

    private void end(Ending how) {
        if (!ending.compareAndSet(null, how)) {
            return;
        }
        if (loop.loop().inEventLoop() && !taking) {
            finish();
        } else {
            loop.execute(this::finish);
        }
    }

    /** Closes the channel, and tells the handler when it is closed. Called again if another thread is writing. */
    private void finish() {
        if (!finished && writer.enter()) {
            finished = true;
            Ending how = ending.get();
            if (how != null && how.writeRest() && !inactive) {
                writeRest();
            }
            writer.discard();
            channel.close();
        }
        if (finished && inactive) {
            tellClosed();
        }
    }

    private void writeRest() {
        taking = true;
        try {
            writer.writeRest();
        } catch (RuntimeException | Error e) {
            log.warn("no frame could be taken at the end", e);
        } finally {
            taking = false;
        }
    }

    private void tellClosed() {
        Ending how = ending.get();
        if (ends != null) {
            try {
                ends.handler().onClosed(how == null ? null : how.cause());
            } catch (RuntimeException | Error e) {
                log.warn("the end of a connection could not be handled", e);
            }
            ends = null;
        }
        readBuffer.release();
        closed.complete(null);
    }

    private Ending endOfInput() {
        boolean midFrame = readBuffer.isMidFrame();
        return Ending.because(midFrame ? new EOFException("the peer closed in the middle of a frame") : null);
    }

    /** A peer that closes with frames unread resets the connection; that is no less orderly. */
    private static boolean isDisconnect(IOException failure) {
        return failure instanceof Errors.NativeIoException os
                ? os.expectedErr() == Errors.ERRNO_ECONNRESET_NEGATIVE
                : String.valueOf(failure.getMessage()).startsWith("Connection reset");
    }

    /** What the acceptor made, and what belongs to it. */
    private record Ends(FrameHandler handler, FrameAssembler assembler) {}

    /** How the connection ends. */
    private record Ending(@Nullable IOException cause, boolean writeRest) {

        static Ending because(@Nullable IOException cause) {
            return new Ending(cause, false);
        }
    }
}
