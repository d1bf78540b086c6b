package dev.valence.call;

import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands every callback to an executor of the application in order, without waiting for one to return. */
final class PlainDispatcher implements Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(PlainDispatcher.class);

    private static final Executor DIRECT = Runnable::run;

    private final Executor executor;
    private final String name;
    private final RefusingScope scope;
    private final ExecutorProbe probe;

    PlainDispatcher(Executor executor, String name) {
        this.executor = executor;
        this.name = name;
        this.scope = new RefusingScope("a callback of " + name);
        this.probe = new ExecutorProbe(executor);
    }

    /** Returns the one that runs every callback on the thread that hands it over. */
    static PlainDispatcher direct() {
        return new PlainDispatcher(DIRECT, "a direct executor");
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
        if (executor == DIRECT) {
            run(task);
            return;
        }
        Runnable callback = new Once(task);
        try {
            executor.execute(callback);
        } catch (RuntimeException e) {
            // Calls have to end and room has to come back all the same.
            LOG.warn("{} takes no callback; it runs on a thread of the library", name, e);
            Thread stranded = new Thread(callback, "valence-stranded-callback");
            stranded.setDaemon(true);
            stranded.start();
        }
    }

    /** A callback that runs once, also if an executor takes it and says that it does not. */
    private final class Once implements Runnable {
        private final Runnable task;
        private final AtomicBoolean hasBegun = new AtomicBoolean();

        Once(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (hasBegun.compareAndSet(false, true)) {
                PlainDispatcher.this.run(task);
            }
        }
    }

    private void run(Runnable task) {
        try {
            scope.run(task);
        } catch (Throwable t) { // tasks report their own failures
            ElasticExecutor.report(t);
        }
    }

    @Override
    public void resume(Runnable task) {
        execute(task);
    }

    @Override
    public Activity activity() {
        return new Activity(probe.waitingNanos(), 0);
    }

    @Override
    public Set<Thread> threads() {
        return Set.of();
    }

    @Override
    public void close() {}
}
