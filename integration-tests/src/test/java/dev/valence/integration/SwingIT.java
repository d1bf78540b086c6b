package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.valence.Call;
import dev.valence.CallbackExecutor;
import dev.valence.IpcEvent;
import dev.valence.IpcSender;
import dev.valence.main.Renderer;
import dev.valence.renderer.IpcRenderer;
import dev.valence.renderer.IpcRendererOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.swing.JDialog;
import javax.swing.JFrame;
import javax.swing.JLabel;
import javax.swing.SwingUtilities;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A renderer with windows, whose callbacks run on Swing's thread. */
@Timeout(180)
@ExtendWith(NoLeaks.class)
class SwingIT {

    private static final int TICKS = 50;

    private VirtualDisplay display;
    private Rig rig;
    private Renderer window;
    private final Received<Renderer, Seen> seen = new Received<>();
    private final Received<Renderer, String> told = new Received<>();
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    /** What a listener saw when it got a number. */
    record Seen(int number, boolean isOnSwingThread, boolean isDialogOpen) {}

    /** The program of the renderer. */
    public static final class Window {

        private final IpcRenderer renderer;
        private final JFrame frame = new JFrame("window");
        private JDialog dialog; // Swing's thread only

        private Window(IpcRenderer renderer) {
            this.renderer = renderer;
        }

        /** Shows a window and listens. */
        public static void main(String[] args) throws Exception {
            IpcRenderer renderer = IpcRenderer.connect(
                    IpcRendererOptions.launched().withExecutor(CallbackExecutor.serial(SwingUtilities::invokeLater)));
            Window window = new Window(renderer);
            SwingUtilities.invokeAndWait(window::show);
            renderer.on("tick", int.class, (event, number) -> event.reply("seen", window.look(number)));
            renderer.handle("look", int.class, (event, number) -> window.look(number));
            renderer.on("open", String.class, window::open);
            renderer.on("wait", Void.class, (event, nothing) -> window.waitFor(event));
            renderer.ready();
            renderer.closed().join();
        }

        private void show() {
            frame.add(new JLabel("hello"));
            frame.setSize(320, 240);
            frame.setVisible(true);
        }

        private Seen look(int number) {
            return new Seen(number, SwingUtilities.isEventDispatchThread(), dialog != null && dialog.isShowing());
        }

        /** Asks main, and shows a dialog that the answer closes: this listener returns only then. */
        private void open(IpcEvent<IpcSender> event, String question) {
            dialog = new JDialog(frame, question, true);
            dialog.add(new JLabel(question));
            dialog.setSize(200, 100);
            StringBuilder answered = new StringBuilder();
            renderer.invoke("question", question, String.class).thenAccept(text -> {
                answered.append(text).append(look(0).isOnSwingThread ? " on Swing's thread" : "");
                dialog.dispose();
            });
            event.reply("told", "opens");
            dialog.setVisible(true);
            event.reply("told", "closed: " + answered);
        }

        /** Tries what would block the thread that the reply needs. */
        private void waitFor(IpcEvent<IpcSender> event) {
            try {
                event.reply("told", event.sender().invokeSync("question", "may I wait?", String.class));
            } catch (IllegalStateException e) {
                event.reply("told", e.getMessage());
            }
            Call<String> call = event.sender().invoke("question", "may I join?", String.class);
            try {
                event.reply("told", call.join());
            } catch (IllegalStateException e) {
                event.reply("told", e.getMessage());
            }
        }
    }

    @BeforeEach
    void launch() throws Exception {
        display = VirtualDisplay.open();
        rig = Rig.open();
        rig.main().on("seen", Seen.class, seen);
        rig.main().on("told", String.class, told);
        rig.main().handleAsync("question", String.class, (event, question) -> answer);
        window = rig.launch(Rig.spec(Window.class, "window")
                .withJvmArgs("-Djava.awt.headless=false")
                .withEnvironment(Map.of("DISPLAY", display.name())));
    }

    @AfterEach
    void close() throws Exception {
        if (rig != null) {
            rig.close();
        }
        if (display != null) {
            display.close();
        }
    }

    @Test
    void modalDialogIsOpen_messagesAndRequestsAreHandledAndTheAnswerClosesIt() throws Exception {
        window.send("tick", -1);
        assertThat(seen.next()).isEqualTo(new Seen(-1, true, false));

        window.send("open", "save?");
        assertThat(told.next()).isEqualTo("opens");
        awaitShown();
        for (int i = 0; i < TICKS; i++) {
            window.send("tick", i);
        }
        assertThat(seen.next(TICKS)).isEqualTo(ticks());
        assertThat(window.invokeSync("look", 7, Seen.class)).isEqualTo(new Seen(7, true, true));
        assertThat(told.soFar()).isEmpty();

        answer.complete("yes");

        assertThat(told.next()).isEqualTo("closed: yes on Swing's thread");
        assertThat(window.invokeSync("look", 8, Seen.class)).isEqualTo(new Seen(8, true, false));
    }

    /** The dialog is opened by the listener that has told of it, at once but not before. */
    private void awaitShown() {
        await("the dialog")
                .atMost(Duration.ofSeconds(Rig.PATIENCE_SECONDS))
                .until(() -> window.invokeSync("look", 0, Seen.class).isDialogOpen());
    }

    private static List<Seen> ticks() {
        return IntStream.range(0, TICKS)
                .mapToObj(number -> new Seen(number, true, true))
                .toList();
    }

    @Test
    void waitingInACallback_isRefusedAndSaysWhatToDo() throws Exception {
        window.send("wait", null); // what it waits for is never answered: a call that has ended may be joined

        for (String text : told.next(2)) {
            assertThat(text).contains("a serial executor").contains("invoke(…).thenAccept(…)");
        }
        assertThat(window.invokeSync("look", 1, Seen.class)).isEqualTo(new Seen(1, true, false));
    }
}
