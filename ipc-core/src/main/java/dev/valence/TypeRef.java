package dev.valence;

import java.lang.invoke.MethodType;
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

    private final Type declared;
    private final Type type; // the boxed class where a primitive was declared

    /** Captures the type argument of the anonymous subclass. */
    protected TypeRef() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parameterized)) {
            throw new IllegalStateException(getClass() + " (expected: new TypeRef<List<String>>() {})");
        }
        this.declared = parameterized.getActualTypeArguments()[0];
        this.type = declared;
    }

    private TypeRef(Class<T> declared) {
        this.declared = declared;
        this.type = MethodType.methodType(declared).wrap().returnType();
    }

    /** Returns the reference to a class. A primitive stands for its boxed class without null. */
    public static <T> TypeRef<T> of(Class<T> type) {
        return new OfClass<>(Objects.requireNonNull(type, "type"));
    }

    /** Returns the type as reflection has it; a primitive is boxed. */
    public final Type type() {
        return type;
    }

    /** Returns whether this was made of a primitive class, so that null is not one of its values. */
    public final boolean isPrimitive() {
        return declared != type;
    }

    /** Two references to the same type are equal; {@code int} and {@code Integer} are two types. */
    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof TypeRef<?> that && declared.equals(that.declared);
    }

    @Override
    public final int hashCode() {
        return declared.hashCode();
    }

    @Override
    public final String toString() {
        return declared.getTypeName();
    }

    private static final class OfClass<T> extends TypeRef<T> {
        OfClass(Class<T> type) {
            super(type);
        }
    }
}
