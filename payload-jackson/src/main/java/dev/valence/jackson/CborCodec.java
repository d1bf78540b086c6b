package dev.valence.jackson;

import dev.valence.PayloadCodec;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JacksonException.Reference;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;
import tools.jackson.dataformat.cbor.CBORReadFeature;

/**
 * Records, beans, enums, collections, maps, optionals, arrays, {@code java.time} and big numbers as CBOR (RFC 8949), by
 * Jackson and its annotations. What arrives is equal to what was sent, or there is an exception that names the place, such
 * as {@code /orders/2/customer}.
 *
 * <ul>
 *   <li>Properties that the receiver does not know are ignored, missing ones are null, or zero for a primitive; null for a
 *       primitive is a failure.
 *   <li>Two references to one object arrive as two equal objects. A cycle is a failure, as is nesting deeper than
 *       {@value #MAX_NESTING}.
 *   <li>What is no data is refused at any depth: threads, class loaders, classes and other parts of reflection, streams,
 *       futures, processes, lambdas, and classes of the JDK that Jackson knows no more of than their getters.
 *   <li>Bytes never choose a class by its name, whatever annotations say. Names of subtypes ({@code @JsonSubTypes}) work
 *       in properties and arrays; a bare list does not know the type of its elements.
 * </ul>
 *
 * <p>A named module has to open its packages with records and beans to {@code tools.jackson.databind}.
 *
 * <p><b>Threads.</b> Any, at once.
 */
public final class CborCodec implements PayloadCodec {

    private static final int CBOR = 8;

    private static final int MAX_NESTING = 500;

    // The cost of some conversions grows with the square of a number's length.
    private static final int MAX_NUMBER_BYTES = 8 * 1024;

    // Jackson quotes what it cannot decode, however long it is, and a cycle leads to a long place.
    private static final int MAX_MESSAGE_CHARS = 400;
    private static final int MAX_PLACE_CHARS = 100;

    private final ObjectMapper mapper = new CBORMapper.Builder(new ForgetfulFactory(CBORFactory.builder()
                    .addDecorator((factory, generator) -> new StrictGenerator(generator, MAX_NUMBER_BYTES))
                    .streamWriteConstraints(StreamWriteConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .build())
                    // What is not limited here is limited by the size of a payload.
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxNumberLength(MAX_NUMBER_BYTES)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .build())
                    .disable(CBORReadFeature.READ_UNDEFINED_AS_EMBEDDED_OBJECT)
                    .disable(CBORReadFeature.READ_SIMPLE_VALUE_AS_EMBEDDED_OBJECT)
                    .build()))
            .addModule(new RefusedTypes())
            // Allows no class: the wire names none.
            .polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
            .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            // No guesses: a text is no number, a fraction no integer, an ordinal no constant.
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
            .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE, DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID)
            .build();

    /** Makes a codec. */
    public CborCodec() {}

    @Override
    public int encoding() {
        return CBOR;
    }

    @Override
    public boolean encodes(Class<?> type) {
        return !RefusedTypes.contains(type);
    }

    @Override
    public byte[] encode(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw placed(e);
        }
    }

    @Override
    public @Nullable Object decode(byte[] bytes, Type type) {
        try {
            return mapper.readValue(bytes, mapper.constructType(type));
        } catch (JacksonException e) {
            throw placed(e);
        }
    }

    private static IllegalArgumentException placed(JacksonException failure) {
        StringBuilder place = new StringBuilder();
        for (Reference step : failure.getPath()) {
            String property = step.getPropertyName();
            place.append(place.isEmpty() ? " at /" : "/").append(property != null ? property : step.getIndex());
        }
        String message = abridged(failure.getOriginalMessage(), MAX_MESSAGE_CHARS);
        return new IllegalArgumentException(message + abridged(place.toString(), MAX_PLACE_CHARS), failure);
    }

    private static String abridged(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "…";
    }
}
