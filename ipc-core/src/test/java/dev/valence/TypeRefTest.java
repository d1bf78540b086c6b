package dev.valence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TypeRefTest {

    @Test
    void primitive_isBoxedAndRemembered() {
        TypeRef<Integer> type = TypeRef.of(int.class);

        assertThat(type.type()).isEqualTo(Integer.class);
        assertThat(type.isPrimitive()).isTrue();
        assertThat(type).hasToString("int").isEqualTo(TypeRef.of(int.class)).isNotEqualTo(TypeRef.of(Integer.class));
    }

    @Test
    void class_equalsItsCapture() {
        TypeRef<String> type = TypeRef.of(String.class);

        assertThat(type.isPrimitive()).isFalse();
        assertThat(type).isEqualTo(new TypeRef<String>() {}).hasSameHashCodeAs(new TypeRef<String>() {});
    }

    @Test
    void generic_namesItsArguments() {
        assertThat(new TypeRef<List<String>>() {}).hasToString("java.util.List<java.lang.String>");
    }
}
