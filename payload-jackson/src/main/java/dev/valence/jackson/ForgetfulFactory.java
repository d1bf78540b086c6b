package dev.valence.jackson;

import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.cbor.CBORFactory;

/**
 * Keeps only the names of small payloads. A plain factory keeps up to 6,000 names of properties that it does not know, and
 * a peer can make them up and make them long. Turning that off ({@code CANONICALIZE_PROPERTY_NAMES}) fails at the first
 * such property.
 */
final class ForgetfulFactory extends CBORFactory {

    private static final long serialVersionUID = 1L;

    private static final int SMALL_BYTES = 1024;

    ForgetfulFactory(CBORFactory like) {
        super(like);
    }

    @Override
    public JsonParser createParser(ObjectReadContext context, byte[] content) {
        return content.length <= SMALL_BYTES
                ? super.createParser(context, content)
                : new CBORFactory(this).createParser(context, content);
    }

    @Override
    protected Object readResolve() {
        return new ForgetfulFactory(this);
    }
}
