package dev.valence.benchmarks.valence;

import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** A main process with renderers that do nothing. Arguments: the class path of the renderers, and how many. */
public final class IdleProgram {

    private IdleProgram() {}

    /** Runs it until stdin ends. */
    public static void main(String[] args) throws Exception {
        try (IpcMain main = IpcMain.open()) {
            RendererSpec spec = RendererSpec.of(LaunchedRenderer.class).withClassPath(args[0]);
            List<Renderer> renderers = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                renderers.add(main.launch(spec));
            }
            for (Renderer renderer : renderers) {
                renderer.ready().get();
            }
            System.out.println("= open");
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
