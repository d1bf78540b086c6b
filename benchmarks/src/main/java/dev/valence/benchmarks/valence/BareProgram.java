package dev.valence.benchmarks.valence;

import java.io.OutputStream;

/** The least that a JVM can do: it says that it runs, and stays if it is asked to. */
public final class BareProgram {

    private BareProgram() {}

    /** Runs it; with an argument until stdin ends. */
    public static void main(String[] args) throws Exception {
        System.out.println("= open");
        if (args.length > 0) {
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
