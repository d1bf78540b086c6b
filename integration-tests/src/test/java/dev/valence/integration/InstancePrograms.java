package dev.valence.integration;

import dev.valence.main.FirstInstance;
import dev.valence.main.SingleInstance;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A program of which there is to be one. */
final class InstancePrograms {

    static final String APPLICATION = "com.example.editor";

    private InstancePrograms() {}

    /** Waits for a line before it starts, so that many can at once. Says whether it is first, and of what it hears. */
    static final class Editor {

        public static void main(String[] args) throws Exception {
            System.out.println("loaded");
            System.in.read();
            SingleInstance instance = SingleInstance.acquire(APPLICATION, List.of(args));
            if (!(instance instanceof FirstInstance first)) {
                System.out.println("second");
                return;
            }
            System.out.println("first");
            first.onLaterStart(start -> System.out.println("later " + start.args() + " in " + start.directory()));
            new CountDownLatch(1).await();
        }
    }
}
