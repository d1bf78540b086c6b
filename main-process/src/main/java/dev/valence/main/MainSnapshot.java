package dev.valence.main;

import dev.valence.Counters;
import java.util.List;
import java.util.Objects;

/**
 * All renderers of a main at a glance, see {@link IpcMain#snapshot}.
 *
 * @param renderers those that are not gone, by id
 * @param counters what this process dropped and refused since main was opened, with all renderers, also those that are gone
 */
public record MainSnapshot(List<RendererSnapshot> renderers, Counters counters) {

    /** Copies the list. */
    public MainSnapshot {
        renderers = List.copyOf(renderers);
        Objects.requireNonNull(counters, "counters");
    }
}
