package dev.valence.frame;

import dev.valence.frame.Frame.RegionOffer;

/** Reads the body about shared memory; on its own because most connections never have it. */
final class RegionReader {

    private static final byte[] NO_BYTES = {};

    private RegionReader() {}

    static RegionOffer region(FieldReader in) {
        String path = "";
        int slots = 0;
        byte[] nonce = NO_BYTES;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 10 -> path = in.text();
                case 16 -> slots = in.uint32();
                case 26 -> nonce = in.bytes();
                default -> in.skip(tag);
            }
        }
        return new RegionOffer(path, slots, nonce);
    }
}
