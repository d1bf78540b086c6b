package dev.valence;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A type that may be generic: {@code new TypeRef<List<Greeting>>() {}}.
 *
 * @param <T> the type
 */
public abstract class TypeRef<T> {

    private final Type type;

    /** Captures the type argument of the anonymous subclass. */
    protected TypeRef() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parameterized)) {
            throw new IllegalStateException(getClass() + " (expected: new TypeRef<List<String>>() {})");
        }
        this.type = parameterized.getActualTypeArguments()[0];
    }

    private TypeRef(Type type) {
        this.type = type;
    }

    /** Returns the reference to a class; a primitive is boxed. */
    @SuppressWarnings("unchecked") // the boxed class stands for the same T
    public static <T> TypeRef<T> of(Class<T> type) {
        return new OfClass<>((Class<T>) java.lang.invoke.MethodType.methodType(Objects.requireNonNull(type, "type"))
                .wrap()
                .returnType());
    }

    /** Returns the type as reflection has it. */
    public final Type type() {
        return type;
    }

    /** Two references to the same type are equal. */
    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof TypeRef<?> that && type.equals(that.type);
    }

    @Override
    public final int hashCode() {
        return type.hashCode();
    }

    @Override
    public final String toString() {
        return type.getTypeName();
    }

    private static final class OfClass<T> extends TypeRef<T> {
        OfClass(Class<T> type) {
            super((Type) type);
        }
    }
}
