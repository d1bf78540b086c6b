package dev.valence.benchmarks.valence;

import dev.valence.renderer.IpcRenderer;

/** A renderer that listens, and does nothing. */
public final class LaunchedRenderer {

    private LaunchedRenderer() {}

    /** Runs it. */
    public static void main(String[] args) {
        IpcRenderer.run(renderer -> renderer.on("news", String.class, (event, text) -> System.out.println(text)));
    }
}
