package dev.valence.frame;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Frames taken from a handler to be written at once; the mirror of {@link FrameAssembler}. The transport takes first and
 * then gets a buffer of just the size, so that what waits for a slow peer costs what it is worth.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class FrameBatch {

    /** Bytes that are worth a write. */
    public static final int BYTES = 64 * 1024;

    /** Largest single frame, and so the largest batch. */
    public static final int MAX_BYTES = Wire.PREFIX_BYTES + Wire.MAX_FRAME_BYTES;

    /** Bytes that are copied beside the frames of one batch, so that the first of them does not wait for long. */
    private static final int BYTES_BESIDE = 1024 * 1024;

    /** Frames of a batch for which there is room all the time: a connection that was busy once may be idle for days. */
    private static final int KEPT_FRAMES = 32;

    private final FrameHandler handler;
    private List<OutFrame> frames = new ArrayList<>();
    private boolean isSpacious; // there is room for more than is kept
    private int beside; // of what was taken
    private @Nullable OutFrame held; // taken from the handler and too large for the batch before it
    private boolean exhausted; // the handler had no more

    /** Makes a batch that is filled by a handler again and again. */
    public FrameBatch(FrameHandler handler) {
        this.handler = handler;
    }

    /**
     * Takes frames until there are none left, or {@link #BYTES} are full. One frame is taken even if it is larger. The
     * batch has to be empty, that is, what was taken before was written.
     *
     * @return how many bytes {@link #writeTo} will write; 0 if there is no frame
     * @throws IllegalStateException if a frame is larger than the wire allows
     */
    public int take() {
        OutFrame first = held != null ? held : handler.nextFrame();
        held = null;
        beside = 0;
        exhausted = first == null;
        if (first == null) {
            letRoomGo();
            return 0;
        }
        int size = add(first);
        while (size < BYTES && beside < BYTES_BESIDE) {
            OutFrame next = handler.nextFrame();
            if (next == null) {
                exhausted = true;
                break;
            }
            if (next.size() > BYTES - size) {
                held = next;
                break;
            }
            size += add(next);
        }
        return size;
    }

    /** Returns whether the handler had no more frames when the last batch was taken. */
    public boolean isExhausted() {
        return exhausted;
    }

    /** Returns how many frames were taken and not written yet. */
    public int count() {
        return frames.size();
    }

    /**
     * Writes what was taken.
     *
     * @param buffer big-endian, with room for as many bytes as {@link #take} said; its position moves on
     */
    public void writeTo(ByteBuffer buffer) {
        isSpacious |= frames.size() > KEPT_FRAMES;
        for (OutFrame frame : frames) {
            frame.writeTo(buffer);
        }
        frames.clear();
    }

    private void letRoomGo() {
        if (isSpacious) {
            isSpacious = false;
            frames = new ArrayList<>();
        }
    }

    private int add(OutFrame frame) {
        int size = frame.size();
        if (size > MAX_BYTES) {
            throw new IllegalStateException(
                    "frame: " + (size - Wire.PREFIX_BYTES) + " bytes (expected: at most " + Wire.MAX_FRAME_BYTES + ")");
        }
        frames.add(frame);
        beside += frame.bytesBeside();
        return size;
    }
}
