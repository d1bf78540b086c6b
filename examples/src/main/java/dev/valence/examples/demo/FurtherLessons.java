package dev.valence.examples.demo;

import dev.valence.Call;
import dev.valence.IpcException;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import java.util.concurrent.CompletionException;

/** What main does after the first three lessons. */
record FurtherLessons(IpcMain main, Renderer editor, Renderer preview, Transcript transcript) {

    void run() throws InterruptedException {
        Notes notes = transcript.notes();

        transcript.title("4  A broadcast to every renderer that listens");
        notes.sent("all", "theme", "dark");
        main.broadcast("theme", "dark");
        transcript.tell("main", "editor", "preview");

        transcript.title("5  A request from main to a renderer");
        notes.sent("editor", "title", "notes.txt");
        String title = editor.invokeSync("title", "notes.txt", String.class);
        notes.received("editor", "title", title);
        transcript.tell("main", "editor", "editor", "main");

        transcript.title("6  A handler that fails: the caller learns why");
        notes.sent("editor", "save", "notes.txt");
        try {
            editor.invokeSync("save", "notes.txt", Void.class);
        } catch (IpcException e) {
            notes.received("editor", "save", e.code() + ", " + e.getMessage());
        }
        transcript.tell("main", "editor", "main");

        transcript.title("7  A renderer that is killed while main waits for its reply");
        notes.sent("preview", "export", "notes.pdf");
        Call<Void> export = preview.invoke("export", "notes.pdf", Void.class);
        transcript.tell("main", "preview");
        preview.kill();
        try {
            export.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IpcException failure) {
                notes.received("preview", "export", failure.code() + ", " + failure.getMessage());
            }
        }
        notes.received("preview", "(exit)", preview.exit().join().describe());
        transcript.tell("main", "main");
    }
}
