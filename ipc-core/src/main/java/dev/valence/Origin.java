package dev.valence;

/**
 * Who published a message: the main process, or the renderer with an id.
 *
 * @param rendererId 0 for main
 */
public record Origin(int rendererId) {

    /** The main process. */
    public static final Origin MAIN = new Origin(0);

    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Origin {
        if (rendererId < 0) {
            throw new IllegalArgumentException("rendererId: " + rendererId + " (expected: 0 for main, or positive)");
        }
    }

    /** Returns whether main published it. */
    public boolean isMain() {
        return rendererId == 0;
    }

    @Override
    public String toString() {
        return isMain() ? "main" : "renderer " + rendererId;
    }
}
