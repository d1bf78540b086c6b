package dev.valence.benchmarks.peer;

/** One thread that sends or publishes as fast as goes. */
final class Sending implements Load {

    /** {@link Peer#flood} or {@link Peer#publish}. */
    interface Way {
        void send(Object payload, Turnstile turnstile) throws Exception;
    }

    private final Turnstile turnstile = new Turnstile();
    private final Thread thread;

    Sending(Way way, Object payload) {
        thread = new Thread(
                () -> {
                    try {
                        way.send(payload, turnstile);
                    } catch (Throwable t) {
                        PeerProgram.fail(t);
                    }
                },
                "sending");
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public long stop() throws InterruptedException {
        turnstile.close();
        thread.join();
        return turnstile.passed();
    }
}
