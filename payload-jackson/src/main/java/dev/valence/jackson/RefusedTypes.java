package dev.valence.jackson;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Type;
import java.nio.channels.Channel;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Version;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.Deserializers;
import tools.jackson.databind.deser.impl.UnsupportedTypeDeserializer;
import tools.jackson.databind.ser.Serializers;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnsupportedTypeSerializer;
import tools.jackson.databind.ser.std.ToEmptyObjectSerializer;

/** Tells Jackson which types are no data, so that their values are refused wherever they turn up. */
final class RefusedTypes extends JacksonModule {

    /** With all their subtypes. */
    private static final List<Class<?>> REFUSED = List.of(
            Thread.class,
            ThreadGroup.class,
            ClassLoader.class,
            AnnotatedElement.class, // classes, their members, modules
            Type.class,
            InputStream.class,
            OutputStream.class,
            Reader.class,
            Writer.class,
            Channel.class,
            BaseStream.class,
            Future.class,
            CompletionStage.class,
            Process.class,
            ProcessHandle.class);

    static boolean contains(Class<?> type) {
        // Lambdas are both
        if (type.isHidden() || type.isSynthetic()) {
            return true;
        }
        for (Class<?> refused : REFUSED) {
            if (refused.isAssignableFrom(type)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String getModuleName() {
        return RefusedTypes.class.getName();
    }

    @Override
    public Version version() {
        return Version.unknownVersion();
    }

    @Override
    public void setupModule(SetupContext context) {
        context.addSerializers(new Outgoing())
                .addKeySerializers(new Outgoing())
                .addSerializerModifier(new OutgoingBeans())
                .addDeserializers(new Incoming())
                .addKeyDeserializers((type, config, description) ->
                        contains(type.getRawClass()) ? new RefusingKeyDeserializer(type) : null);
    }

    private static final class Outgoing implements Serializers {
        @Override
        public @Nullable ValueSerializer<?> findSerializer(
                SerializationConfig config,
                JavaType type,
                BeanDescription.Supplier description,
                JsonFormat.@Nullable Value format) {
            Class<?> raw = type.getRawClass();
            if (contains(raw)) {
                return refusing(type);
            }
            // Jackson takes a record without components for a mistake, like any bean without properties.
            return raw.isRecord() && raw.getRecordComponents().length == 0 ? new ToEmptyObjectSerializer(type) : null;
        }
    }

    /** Refuses what Jackson would take for a bean though it is of the JDK: what its getters give is not the value. */
    private static final class OutgoingBeans extends ValueSerializerModifier {
        private static final long serialVersionUID = 1L;

        @Override
        public ValueSerializer<?> modifySerializer(
                SerializationConfig config, BeanDescription.Supplier description, ValueSerializer<?> serializer) {
            Class<?> type = description.getBeanClass();
            ClassLoader loader = type.getClassLoader();
            boolean ofJdk = loader == null || loader == ClassLoader.getPlatformClassLoader();
            boolean bean = serializer instanceof BeanSerializerBase
                    && !Throwable.class.isAssignableFrom(type)
                    && type != StackTraceElement.class;
            return ofJdk && bean ? refusing(description.getType()) : serializer;
        }
    }

    private static final class Incoming extends Deserializers.Base {
        @Override
        public boolean hasDeserializerFor(DeserializationConfig config, Class<?> type) {
            return contains(type);
        }

        @Override
        public @Nullable ValueDeserializer<?> findBeanDeserializer(
                JavaType type, DeserializationConfig config, BeanDescription.Supplier description) {
            return contains(type.getRawClass()) ? new UnsupportedTypeDeserializer(type, refusal(type)) : null;
        }
    }

    private static UnsupportedTypeSerializer refusing(JavaType type) {
        return new UnsupportedTypeSerializer(type, refusal(type));
    }

    private static String refusal(JavaType type) {
        return type.getRawClass().getTypeName() + " is no data";
    }

    private static final class RefusingKeyDeserializer extends KeyDeserializer {
        private final JavaType type;

        RefusingKeyDeserializer(JavaType type) {
            this.type = type;
        }

        @Override
        public Object deserializeKey(String key, DeserializationContext context) {
            return context.reportBadDefinition(type, refusal(type));
        }
    }
}
