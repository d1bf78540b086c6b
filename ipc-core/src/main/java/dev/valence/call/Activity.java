package dev.valence.call;

/**
 * What the callbacks of a process do at a moment.
 *
 * @param oldestTurnNanos how long what came after it has been held up by one callback that does not wait in the library,
 *     the longest if there are several; 0 if nothing is held up
 * @param runningCallbacks how many run and do not wait; 0 if that is not known
 */
public record Activity(long oldestTurnNanos, int runningCallbacks) {

    /** Of a process that does not tell. */
    public static final Activity UNKNOWN = new Activity(0, 0);
}
