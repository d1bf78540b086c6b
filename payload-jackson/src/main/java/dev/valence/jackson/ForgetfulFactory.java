package dev.valence.jackson;

import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.cbor.CBORFactory;

/**
 * Gives each parser a table of names of its own. The one of a plain factory would keep thousands of names, of any length,
 * that a peer made up. Turning the table off ({@code CANONICALIZE_PROPERTY_NAMES}) fails at unknown properties.
 */
final class ForgetfulFactory extends CBORFactory {

    private static final long serialVersionUID = 1L;

    ForgetfulFactory(CBORFactory like) {
        super(like);
    }

    @Override
    public JsonParser createParser(ObjectReadContext context, byte[] content) {
        return new CBORFactory(this).createParser(context, content);
    }

    @Override
    protected Object readResolve() {
        return new ForgetfulFactory(this);
    }
}
