package dev.valence.call;

import java.util.Set;
import java.util.concurrent.Executor;

/** The default: turns on an {@link ElasticExecutor}. */
final class ElasticDispatcher implements Dispatcher {

    private final ElasticExecutor executor;
    private final TakenTurns turns = new TakenTurns();

    ElasticDispatcher(int maxRunning) {
        this.executor = new ElasticExecutor(maxRunning);
    }

    @Override
    public Inbox newInbox() {
        return new Sender();
    }

    @Override
    public void startHandler(Runnable task) {
        Runnable scoped = () -> new FreeScope().run(task);
        if (CallbackScope.current() instanceof FreeScope scope && scope.dispatcher() == this) {
            executor.executeSoon(scoped); // on this thread, unless the turn goes on
        } else {
            executor.execute(scoped);
        }
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(() -> new FreeScope().run(task));
    }

    @Override
    public void resume(Runnable task) {
        executor.resume(() -> new FreeScope().run(task));
    }

    @Override
    public boolean hasOwnThreads() {
        return true;
    }

    @Override
    public Activity activity() {
        return new Activity(turns.oldestNanos(System.nanoTime()), executor.running());
    }

    @Override
    public Set<Thread> threads() {
        return executor.threads();
    }

    @Override
    public void close() {
        executor.close();
    }

    /** One sender: its turn, whose tasks run in one scope as long as a thread goes from each to the next. */
    private final class Sender implements Inbox, Executor {
        private final Turn turn = new Turn(this, turns, executor::sendForThread);

        @Override
        public void submit(Runnable task) {
            turn.submit(task);
        }

        @Override
        public void execute(Runnable tasks) {
            executor.execute(() -> new TurnScope(turn).run(tasks));
        }
    }

    /** A handler: it holds no turn, only a place among the running callbacks. */
    private class FreeScope extends CallbackScope {
        ElasticDispatcher dispatcher() {
            return ElasticDispatcher.this;
        }

        @Override
        public boolean mayWaitForRoom() {
            return true;
        }

        @Override
        public void beginWaitForRoom() {
            executor.beginWait();
        }

        @Override
        public void endWaitForRoom() {
            executor.endWait();
        }

        @Override
        void checkWait() {}

        @Override
        void giveUp() {
            executor.beginWait();
        }

        @Override
        void takeAgain() {
            executor.endWait();
        }
    }

    /** Listeners: they give up the turn as well. */
    private final class TurnScope extends FreeScope {
        private final Turn turn;

        TurnScope(Turn turn) {
            this.turn = turn;
        }

        @Override
        public void beginWaitForRoom() {
            turn.pause();
            super.beginWaitForRoom();
        }

        @Override
        public void endWaitForRoom() {
            turn.resume();
            super.endWaitForRoom();
        }

        @Override
        void giveUp() {
            turn.giveUp();
            super.giveUp();
        }

        @Override
        void takeAgain() {
            turn.takeAgain();
            super.takeAgain();
        }
    }
}
