package dev.valence.connection;

import dev.valence.proto.Welcome;

/**
 * A client that main lets in.
 *
 * @param listener what its frames go to
 * @param welcome the answer to its Hello, without windows
 */
public record Admitted(FrameListener listener, Welcome.Builder welcome) {}
