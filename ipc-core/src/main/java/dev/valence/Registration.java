package dev.valence;

/** The handle that undoes a registration. Closing is idempotent and may happen on any thread. */
@FunctionalInterface
public interface Registration extends AutoCloseable {

    /** Removes what was registered. A callback that is running goes on; none starts afterwards. */
    @Override
    void close();
}
