package dev.valence.call;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ConcurrentHashMap} that is made with its first entry: a connection has many of them and uses few.
 *
 * <p><b>Threads.</b> Any.
 *
 * @param <K> the keys
 * @param <V> the values
 */
public final class LateMap<K, V> {

    private volatile @Nullable ConcurrentHashMap<K, V> map; // written once, with the monitor of this held

    /** Makes an empty map. */
    public LateMap() {}

    private ConcurrentHashMap<K, V> made() {
        ConcurrentHashMap<K, V> made = map;
        return made == null ? make() : made;
    }

    private synchronized ConcurrentHashMap<K, V> make() {
        ConcurrentHashMap<K, V> made = map;
        if (made == null) {
            made = new ConcurrentHashMap<>();
            map = made;
        }
        return made;
    }

    /** Returns the value of a key, or null. */
    public @Nullable V get(K key) {
        ConcurrentHashMap<K, V> made = map;
        return made == null ? null : made.get(key);
    }

    /** Sets the value of a key. */
    public void put(K key, V value) {
        made().put(key, value);
    }

    /** Sets the value of a key that has none; returns whether it had none. */
    public boolean putIfAbsent(K key, V value) {
        return made().putIfAbsent(key, value) == null;
    }

    /** Takes a value out; returns null if there was none. */
    public @Nullable V remove(K key) {
        ConcurrentHashMap<K, V> made = map;
        return made == null ? null : made.remove(key);
    }

    /** Takes a value out if it is this one; returns whether it was. */
    public boolean remove(K key, V value) {
        ConcurrentHashMap<K, V> made = map;
        return made != null && made.remove(key, value);
    }

    /** Returns how many keys have a value. */
    public int size() {
        ConcurrentHashMap<K, V> made = map;
        return made == null ? 0 : made.size();
    }

    /** Returns the keys as they are now; what changes meanwhile may be seen or not. */
    public Set<K> keys() {
        ConcurrentHashMap<K, V> made = map;
        return made == null ? Set.of() : made.keySet();
    }

    /** Returns the values as they are now; what changes meanwhile may be seen or not. */
    public Collection<V> values() {
        ConcurrentHashMap<K, V> made = map;
        return made == null ? List.of() : made.values();
    }
}
