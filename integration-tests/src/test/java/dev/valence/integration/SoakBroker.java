package dev.valence.integration;

import dev.valence.MessagePort;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What main does in a soak for pipes between renderers: knows who lives, and hands ports on. Used by any thread. */
final class SoakBroker {

    /** Asks which life a place has now; 0 if none. */
    static final String LIFE = "life of";

    /** Brings a port to the life that its plan names. */
    static final String HAND_ON = "hand on";

    /** Asks whether a pipe may have broken. */
    static final String EXCUSED = "is excused";

    /** One process of a renderer. */
    private record Life(long number, Renderer renderer, SoakRecord record) {}

    private final Map<Integer, Life> present = new ConcurrentHashMap<>(); // by place
    private final Map<Long, Life> all = new ConcurrentHashMap<>(); // by number
    private final Set<String> refused = ConcurrentHashMap.newKeySet(); // keys of pipes

    void register(IpcMain main) {
        main.handle(LIFE, int.class, (event, place) -> {
            Life life = present.get(place);
            return life == null ? 0L : life.number;
        });
        main.on(
                HAND_ON,
                SoakPipe.Plan.class,
                (event, plan) -> handOn(plan, event.ports().get(0)));
        main.handle(EXCUSED, SoakPipe.Plan.class, (event, plan) -> isExcused(plan));
    }

    private void handOn(SoakPipe.Plan plan, MessagePort port) {
        Life target = all.get(plan.target());
        if (target.record.isDoomed() || !SoakPipe.handOn(target.renderer, plan, port)) {
            refused.add(plan.key());
            port.close();
        }
    }

    private boolean isExcused(SoakPipe.Plan plan) {
        return refused.contains(plan.key())
                || all.get(plan.opener()).record.isDoomed()
                || all.get(plan.target()).record.isDoomed();
    }

    /** Begins a life; returns its number, which rises. Called by one thread. */
    long begin(int place, Renderer renderer, SoakRecord record) {
        Life life = new Life(all.size() + 1L, renderer, record);
        all.put(life.number, life);
        present.put(place, life);
        return life.number;
    }
}
