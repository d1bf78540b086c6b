package dev.valence.examples.demo;

import dev.valence.main.OutputLine.Source;
import dev.valence.main.Stdio;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Prints the notes of all processes in the order of cause and effect; they arrive in that of their own process only. */
final class Transcript {

    private final Map<String, BlockingQueue<String>> untold = new ConcurrentHashMap<>();

    Transcript() {
        System.out.println(Notes.line("who", "pid", "direction", "channel", "payload"));
    }

    /** Returns where main writes its notes. */
    Notes notes() {
        return new Notes("main", untold("main")::add);
    }

    /** Returns where the output of a renderer goes; what it writes to stdout are its notes. */
    Stdio stdioOf(String renderer) {
        return Stdio.to(line -> {
            if (line.source() == Source.STDOUT) {
                untold(renderer).add(line.text());
            } else {
                System.err.println(renderer + ": " + line.text());
            }
        });
    }

    void title(String text) {
        System.out.println();
        System.out.println(text);
    }

    /** Prints the next note of each of these processes, and waits for it if it is not there yet. */
    void tell(String... processes) throws InterruptedException {
        for (String process : processes) {
            String note = untold(process).poll(20, TimeUnit.SECONDS);
            if (note == null) {
                throw new IllegalStateException(process + ": silent for 20 s (expected: another note)");
            }
            System.out.println(note);
        }
    }

    private BlockingQueue<String> untold(String process) {
        return untold.computeIfAbsent(process, name -> new LinkedBlockingQueue<>());
    }
}
