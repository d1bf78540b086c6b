package dev.valence.main;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** What a renderer's JVM is told to run. */
sealed interface Program {

    /** Returns the words of the command line that name the program. */
    List<String> words();

    /** Returns the name a renderer has when its spec gives none. */
    String defaultName();

    /**
     * A class with a main method.
     *
     * @param name binary name, with {@code module/} before it if it is in a module
     */
    record MainClass(String name) implements Program {

        /** Anything the launcher would take for a class: not an option, an argument file or two words. */
        private static final Pattern NAME =
                Pattern.compile("[^-@/\\s\\p{Cntrl}][^/\\s\\p{Cntrl}]*(/[^/\\s\\p{Cntrl}]+)?");

        public MainClass {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("mainClass: \"" + name
                        + "\" (expected: a class such as com.example.Editor, or module/com.example.Editor)");
            }
        }

        static MainClass of(Class<?> mainClass) {
            Module module = mainClass.getModule();
            String name = mainClass.getName();
            return new MainClass(module.isNamed() ? module.getName() + "/" + name : name);
        }

        boolean isInModule() {
            return name.indexOf('/') >= 0;
        }

        @Override
        public List<String> words() {
            return !isInModule() ? List.of(name) : List.of("-m", name);
        }

        @Override
        public String defaultName() {
            int end = name.length();
            while (end > 1 && name.charAt(end - 1) == '$') {
                end--;
            }
            int start = end;
            while (start > 0 && "./$".indexOf(name.charAt(start - 1)) < 0) {
                start--;
            }
            return start == end ? name : name.substring(start, end);
        }
    }

    /**
     * A jar whose manifest names the main class.
     *
     * @param path of the jar
     */
    record Jar(Path path) implements Program {

        public Jar {
            path = path.toAbsolutePath();
        }

        @Override
        public List<String> words() {
            return List.of("-jar", path.toString());
        }

        @Override
        public String defaultName() {
            Path file = path.getFileName();
            String name = file == null ? "jar" : file.toString();
            return name.endsWith(".jar") && name.length() > 4 ? name.substring(0, name.length() - 4) : name;
        }
    }

    /**
     * Whatever somebody else starts.
     *
     * @param defaultName given by the spec
     */
    record Invited(String defaultName) implements Program {

        @Override
        public List<String> words() {
            throw new IllegalArgumentException("spec: \"" + defaultName
                    + "\" has no program to launch (expected: one made by RendererSpec.of or RendererSpec.jar)");
        }
    }
}
