package dev.valence.session;

/**
 * What may be under way in one direction of a pipe: posted at one end and not dealt with at the other. Guarded by the lock
 * of the pipe.
 */
final class PortWindow {

    /** What may be under way. */
    static final long BYTES = 256 * 1024;

    /** What an end gathers before it gives it back, and what may be under way when a message of any size is admitted. */
    static final long QUARTER = BYTES / 4;

    private long underWay;
    private long gathered; // part of underWay that was dealt with here

    long underWay() {
        return underWay;
    }

    /** Whether a message may follow what is under way. */
    boolean hasRoom(long charge) {
        return underWay < QUARTER || charge <= BYTES - underWay;
    }

    void take(long charge) {
        underWay += charge;
    }

    /** Gives back what left the other process; false if that was never under way. */
    boolean giveBack(long charge) {
        if (charge > underWay - gathered) {
            return false;
        }
        underWay -= charge;
        return true;
    }

    /** Gathers what was dealt with here; returns what is given back now, 0 if it is too little to tell anybody. */
    long gather(long charge) {
        gathered += charge;
        return gathered >= QUARTER ? flush() : 0;
    }

    /** Gives back what was gathered; returns how much. */
    long flush() {
        long due = gathered;
        underWay -= due;
        gathered = 0;
        return due;
    }
}
