package dev.valence.main;

import dev.valence.Endpoint;

/**
 * What a process that somebody else starts needs to connect. The token is a secret: whoever has it is that renderer. It
 * works once, until the launch timeout of the spec.
 *
 * @param endpoint where main listens
 * @param token 64 hexadecimal digits
 * @param renderer what will be connected
 */
public record Invitation(Endpoint endpoint, String token, Renderer renderer) {

    /** Does not show the token. */
    @Override
    public String toString() {
        return "Invitation[" + renderer.name() + " to " + endpoint + "]";
    }
}
