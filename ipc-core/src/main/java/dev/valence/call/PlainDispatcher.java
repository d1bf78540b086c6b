package dev.valence.call;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands every callback to an executor of the application in order, without waiting for one to return. */
final class PlainDispatcher implements Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(PlainDispatcher.class);

    private final Executor executor;
    private final String name;

    PlainDispatcher(Executor executor, String name) {
        this.executor = executor;
        this.name = name;
    }

    @Override
    public Inbox newInbox() {
        return this::execute;
    }

    @Override
    public void startHandler(Runnable task) {
        task.run(); // handed over again, it would come after messages that were sent later
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(() -> new RefusingScope(name).run(task));
        } catch (RejectedExecutionException e) {
            LOG.warn("callback dropped: the executor takes no more", e);
        }
    }

    @Override
    public void close() {}

    /** Waiting here would block what the reply needs. */
    private static final class RefusingScope extends CallbackScope {
        private final String name;

        RefusingScope(String name) {
            this.name = name;
        }

        @Override
        public boolean mayWaitForRoom() {
            return false;
        }

        @Override
        void checkWait() {
            throw new IllegalStateException("waiting for a reply inside a callback of " + name
                    + " would block what the reply needs (expected: invoke(…).thenAccept(…))");
        }

        @Override
        void giveUp() {}

        @Override
        void takeAgain() {}
    }
}
