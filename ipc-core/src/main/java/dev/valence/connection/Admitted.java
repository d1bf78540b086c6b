package dev.valence.connection;

import dev.valence.frame.Frame.Welcome;

/**
 * A client that main lets in.
 *
 * @param listener what its frames go to
 * @param welcome the answer to its Hello, without features and limits
 */
public record Admitted(FrameListener listener, Welcome welcome) {}
