package dev.valence.examples.crash;

import dev.valence.main.RendererExit;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Prints for a person how the processes of a renderer ended, in lines of at most 100 characters. */
final class CrashReport {

    private static final int WIDTH = 100;
    private static final int MARGIN = labelled("", "").length();
    private static final int LINES_OF_OUTPUT = 3;

    private CrashReport() {}

    /** Prints what happened at this moment. */
    static void event(String name, String what) {
        String rest = what;
        String label = name;
        while (rest.length() > WIDTH - MARGIN) {
            int space = rest.lastIndexOf(' ', WIDTH - MARGIN);
            int end = space > 0 ? space : WIDTH - MARGIN;
            line(labelled(label, rest.substring(0, end)));
            rest = rest.substring(end).stripLeading();
            label = "";
        }
        line(labelled(label, rest));
    }

    private static String labelled(String label, String text) {
        return String.format("     %-14s  %s", label, text);
    }

    /** Prints a title, after an empty line. */
    static void title(String text) {
        line("");
        line(text);
    }

    /** Returns an end as {@link RendererExit#describe} does, but a file by its name only. */
    static String describe(RendererExit exit) {
        Path file = exit.crashFile();
        return file == null ? exit.describe() : exit.describe().replace(file.toString(), nameOf(file));
    }

    /** Prints what is known of these ends. */
    static void print(List<RendererExit> exits) {
        title("How its processes ended");
        line("");
        row("#", "what it does", "reason", "code", "signal", "uptime", "report of the JVM");
        for (RendererExit exit : exits) {
            row(
                    number(exit),
                    way(exit).deed(),
                    exit.reason(),
                    value(exit.exitCode()),
                    value(exit.signal()),
                    String.format(Locale.ROOT, "%.2f s", exit.uptime().toMillis() / 1000.0),
                    nameOf(exit.crashFile()));
        }
        title("What they wrote");
        for (RendererExit exit : exits) {
            line("");
            printOutput(exit);
        }
        title("What RendererExit.hint() advises");
        line("");
        for (RendererExit exit : exits) {
            exit.hint().ifPresent(hint -> line("  " + number(exit) + "  " + hint));
        }
    }

    private static void printOutput(RendererExit exit) {
        List<String> said = exit.lastOutput().stream()
                .map(text -> text.replaceFirst("^#\\s*", "").replace("\t", "    "))
                .filter(text -> !text.isBlank())
                .toList();
        String margin = "  " + number(exit) + "  ";
        for (String text : said.subList(0, Math.min(LINES_OF_OUTPUT, said.size()))) {
            line(margin + text);
            margin = " ".repeat(margin.length());
        }
        int more = said.size() - LINES_OF_OUTPUT;
        if (more > 0) {
            line(margin + "(and " + more + (more == 1 ? " more line)" : " more lines)"));
        }
    }

    private static int number(RendererExit exit) {
        return exit.restarts() + 1;
    }

    private static Way way(RendererExit exit) {
        return Way.of(number(exit));
    }

    private static String value(OptionalInt number) {
        return number.isPresent() ? String.valueOf(number.getAsInt()) : "-";
    }

    private static String nameOf(@Nullable Path file) {
        return file == null ? "-" : String.valueOf(file.getFileName());
    }

    private static void row(Object... cells) {
        line(String.format("  %s  %-33s  %-13s  %4s  %6s  %6s  %s", cells));
    }

    private static void line(String text) {
        System.out.println(text.length() <= WIDTH ? text : text.substring(0, WIDTH - 3) + "...");
    }
}
