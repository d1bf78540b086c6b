package dev.valence.examples.demo;

import dev.valence.examples.demo.LoadData.Query;
import dev.valence.examples.demo.LoadData.Result;
import dev.valence.renderer.IpcRenderer;
import java.io.IOException;

/** A renderer: a process that main launches. What it prints on stdout is its part of the transcript. */
public final class DemoRenderer {

    private DemoRenderer() {}

    public static void main(String[] args) {
        IpcRenderer.run(renderer -> {
            Notes notes = new Notes(renderer.name(), System.out::println);

            renderer.on("mainchannel", String.class, (event, text) -> {
                notes.received("main", "mainchannel", text);

                notes.sent("main", "action", "hello!");
                renderer.send("action", "hello!");

                Query query = new Query("planets", 3);
                notes.sent("main", "loaddata", query);
                Result result = renderer.invokeSync(LoadData.CHANNEL, query);
                notes.received("main", "loaddata", result);
            });

            renderer.on("theme", String.class, (event, theme) -> notes.received("main", "theme", theme));

            renderer.handle("title", String.class, (event, file) -> {
                notes.received("main", "title", file);
                String title = file + " - " + renderer.name();
                notes.sent("main", "title", title);
                return title;
            });

            renderer.handle("save", String.class, (event, file) -> {
                notes.received("main", "save", file);
                throw new IOException("disk full");
            });

            renderer.handleVoid("export", String.class, (event, file) -> {
                notes.received("main", "export", file);
                Thread.sleep(60_000); // takes so long that main loses patience
            });
        });
    }
}
