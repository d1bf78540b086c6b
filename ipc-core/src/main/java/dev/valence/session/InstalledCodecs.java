package dev.valence.session;

import dev.valence.PayloadCodec;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The codecs that are there as a service. Made once for the process, as one may be costly. */
final class InstalledCodecs {

    private static volatile @Nullable List<PayloadCodec> codecs; // written under the lock of the class

    private InstalledCodecs() {}

    /**
     * Returns them, and loads them first if this was not done yet.
     *
     * @throws java.util.ServiceConfigurationError if one cannot be made; the next call tries again
     * @throws IllegalArgumentException if one has a number of the library, or two have the same
     */
    static List<PayloadCodec> list() {
        List<PayloadCodec> loaded = codecs;
        return loaded != null ? loaded : load();
    }

    private static synchronized List<PayloadCodec> load() {
        List<PayloadCodec> loaded = codecs;
        if (loaded == null) {
            // Not the loader of the thread: which thread comes first is chance.
            ClassLoader loader = InstalledCodecs.class.getClassLoader();
            loaded = Codecs.checkNumbers(ServiceLoader.load(PayloadCodec.class, loader).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList());
            codecs = loaded;
        }
        return loaded;
    }
}
