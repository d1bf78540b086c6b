package dev.valence.benchmarks.peer;

/** What an end does until it is stopped. */
interface Load {

    /** Begins, on threads of its own or of the peer. */
    void start();

    /** Stops and waits until nothing is under way any more; returns what was sent. */
    long stop() throws InterruptedException;
}
