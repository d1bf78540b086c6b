package dev.valence.connection;

/** Told how a payload fares on its way out. */
public interface SendListener {

    /** Listens to nothing. */
    SendListener NONE = new SendListener() {};

    /**
     * The payload has its place in the queue, and this id on the wire. Called with the lock of the {@link Outbox} held: must
     * return at once and call nothing back.
     */
    default void onQueued(long id) {}

    /** The last byte was taken to be written. What happens to the connection afterwards is not told. */
    default void onSent() {}

    /** The connection has ended, or was never made, and what was not taken yet is lost. */
    default void onLost() {}

    /**
     * A broadcast was dropped, and the peer is not told in its place. Called with the lock of the {@link Outbox} held: must
     * return at once and call nothing back.
     */
    default void onGapUntold() {}

    /** The peer closes before it was ready, and will not get it. */
    default void onDropped() {}
}
