package dev.valence.integration;

import dev.valence.Endpoint;
import dev.valence.proto.Frame;
import dev.valence.renderer.IpcRenderer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Programs that the tests of reloads start. */
final class ReloadPrograms {

    private ReloadPrograms() {}

    /** Returns what can be told of this process. */
    private static long pid() {
        return ProcessHandle.current().pid();
    }

    /** A renderer that notes what it is told, and speaks when it is told to. */
    static final class Page {
        public static void main(String[] args) {
            IpcRenderer.run(Page::setUp);
        }

        private static void setUp(IpcRenderer renderer) {
            List<String> heard = new CopyOnWriteArrayList<>();
            renderer.on("note", String.class, (event, text) -> {
                heard.add(text);
                System.out.println("note " + text);
            });
            renderer.handle("heard", Void.class, (event, none) -> String.join(",", heard));
            renderer.handle("echo", String.class, (event, text) -> text);
            renderer.handle("block", Void.class, (event, none) -> {
                new CountDownLatch(1).await();
                return null;
            });
            renderer.handleAsync("never", Void.class, (event, none) -> new CompletableFuture<String>());
            renderer.handleVoid("listen", String.class, (event, channel) -> {
                renderer.on(channel, String.class, (news, text) -> heard.add(text));
            });
            renderer.handleVoid("say", String.class, (event, channel) -> renderer.send(channel, pid()));
            renderer.on("ask", String.class, (event, channel) -> renderer.invoke(channel, pid(), String.class));
            renderer.on("exit", Integer.class, (event, code) -> System.exit(code));
        }
    }

    /** A page whose first start comes to nothing: it exits, throws in its setup, hangs, or connects and is never ready. */
    static final class FalseStart {
        public static void main(String[] args) throws IOException {
            Path mark = Path.of("started");
            if (Files.exists(mark)) {
                Page.main(args);
            } else {
                Files.createFile(mark);
                fail(args[0]);
            }
        }

        private static void fail(String how) {
            switch (how) {
                case "exits" -> System.exit(3);
                case "throws" ->
                    IpcRenderer.run(renderer -> {
                        throw new IllegalStateException("not today");
                    });
                case "connects" -> IpcRenderer.connect();
                default -> {}
            }
            ProcScenarios.NeverConnects.main(new String[0]);
        }
    }

    /** Prints which incarnation main says it is, and ends when main wants it to. */
    static final class Raw {
        public static void main(String[] args) throws IOException {
            BufferedReader stdin = new BufferedReader(new InputStreamReader(System.in));
            String endpoint = "";
            String token = "";
            for (String line = stdin.readLine(); !line.isEmpty(); line = stdin.readLine()) {
                endpoint = line.startsWith("endpoint=") ? line.substring("endpoint=".length()) : endpoint;
                token = line.startsWith("token=") ? line.substring("token=".length()) : token;
            }
            try (RawClient client = RawClient.connect(Endpoint.parse(endpoint))) {
                client.send(Frame.newBuilder().setHello(RawClient.hello(token)).build());
                System.out.println("incarnation " + client.read().getWelcome().getIncarnation());
                while (client.read() != null) {
                    System.out.println("asked to end");
                    return;
                }
            }
        }
    }
}
