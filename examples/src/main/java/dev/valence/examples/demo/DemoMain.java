package dev.valence.examples.demo;

import dev.valence.examples.demo.LoadData.Result;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import java.util.List;

/** The main process: launches two renderers, talks with them, closes. Run it with {@code ./demo}. */
public final class DemoMain {

    private DemoMain() {}

    public static void main(String[] args) throws InterruptedException {
        List<String> planets = List.of("Mercury", "Venus", "Earth", "Mars");
        Transcript transcript = new Transcript();
        Notes notes = transcript.notes();
        try (IpcMain main = IpcMain.open()) {
            main.on("action", String.class, (event, text) -> notes.received("editor", "action", text));
            main.handle(LoadData.CHANNEL, (event, query) -> {
                notes.received("editor", "loaddata", query);
                Result result = new Result(planets.subList(0, query.limit()));
                notes.sent("editor", "loaddata", result);
                return result;
            });

            transcript.title("0  Main launches two renderers");
            RendererSpec spec = RendererSpec.of(DemoRenderer.class);
            Renderer editor = main.launch(spec.withName("editor").withStdio(transcript.stdioOf("editor")));
            Renderer preview = main.launch(spec.withName("preview").withStdio(transcript.stdioOf("preview")));
            notes.received("editor", "(state)", editor.ready().join().state());
            notes.received("preview", "(state)", preview.ready().join().state());
            transcript.tell("main", "main");

            transcript.title("1  A message from main to a renderer that is ready");
            notes.sent("editor", "mainchannel", "App is running");
            editor.send("mainchannel", "App is running");
            transcript.tell("main", "editor");

            transcript.title("2  A message from a renderer to main");
            transcript.tell("editor", "main");

            transcript.title("3  A request from a renderer: it asks, main works, it shows");
            transcript.tell("editor", "main", "main", "editor");

            new FurtherLessons(main, editor, preview, transcript).run();

            transcript.title("8  The end");
            editor.close();
            notes.received("editor", "(exit)", editor.exit().join().describe());
            transcript.tell("main");
        }
    }
}
