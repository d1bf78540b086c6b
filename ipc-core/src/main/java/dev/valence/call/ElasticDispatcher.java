package dev.valence.call;

import java.util.Set;

/** The default: turns on an {@link ElasticExecutor}. */
final class ElasticDispatcher implements Dispatcher {

    private final ElasticExecutor executor;
    private final TakenTurns turns = new TakenTurns();

    ElasticDispatcher(int maxRunning) {
        this.executor = new ElasticExecutor(maxRunning);
    }

    @Override
    public Inbox newInbox() {
        Turn turn = new Turn(executor, turns, executor::sendForThread);
        return task -> turn.submit(() -> new TurnScope(turn).run(task));
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

    /** A listener: it gives up the turn as well. */
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
