package dev.valence.jackson;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What the tests send. */
final class Values {

    private Values() {}

    record Empty() {}

    record Greeting(String text, int times) {}

    record Tree(List<Greeting> greetings, Map<String, Set<Integer>> numbers, Optional<String> maybe, Tree child) {}

    record Primitives(boolean z, byte b, short s, int i, long l, float f, double d, char c) {}

    record Reserved(String id, String channel, String type, String encoding) {}

    record Pair<T>(T first, T second) {}

    record Holder(Object value) {}

    record Typed(Class<?> type, Thread thread, Map<Class<?>, Integer> byType) {}

    enum Level {
        LOW,
        HIGH {
            @Override
            public String toString() {
                return "very high";
            }
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({@JsonSubTypes.Type(Circle.class), @JsonSubTypes.Type(Square.class)})
    sealed interface Shape {}

    record Circle(double radius) implements Shape {}

    record Square(double side) implements Shape {}

    record Drawing(Shape frame, List<Shape> shapes) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
    interface NamedByClass {}

    record Gadget(int value) implements NamedByClass {}

    static final class Node {
        public String name;
        public Node next;
    }

    static final class Bean {
        private String name;
        private List<String> tags;
        public int plain;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public List<String> getTags() {
            return tags;
        }

        public void setTags(List<String> tags) {
            this.tags = tags;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bean that
                    && Objects.equals(name, that.name)
                    && Objects.equals(tags, that.tags)
                    && plain == that.plain;
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, tags, plain);
        }
    }
}
