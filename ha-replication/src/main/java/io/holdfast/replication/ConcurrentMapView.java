package io.holdfast.replication;

import io.holdfast.replication.structures.MapCommands;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A {@link ReplicatedMap} behind the JDK's interface; see {@link ReplicatedMap#asConcurrentMap}. */
final class ConcurrentMapView<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V> {
    private final ReplicatedMap<K, V> map;
    private final CompareAndSetLoop<K, V> loop;
    private final Set<K> keySet = new KeySet();
    private final Set<Map.Entry<K, V>> entrySet = new EntrySet();

    ConcurrentMapView(ReplicatedMap<K, V> map) {
        this.map = map;
        this.loop = new CompareAndSetLoop<>(map);
    }

    @Override
    public int size() {
        return (int) Math.min(map.size(), Integer.MAX_VALUE);
    }

    @Override
    public boolean containsKey(Object key) {
        return map.containsKey(key(key));
    }

    @Override
    public @Nullable V get(Object key) {
        return map.get(key(key));
    }

    @Override
    public @Nullable V put(K key, V value) {
        return map.getAndPut(key, value);
    }

    @Override
    public @Nullable V remove(Object key) {
        return map.getAndRemove(key(key));
    }

    @Override
    public void clear() {
        map.clear();
    }

    @Override
    public @Nullable V putIfAbsent(K key, V value) {
        return map.putIfAbsent(key, value);
    }

    @Override
    public boolean remove(Object key, Object value) {
        return change(key(key), notNull("value", value(value)), null);
    }

    @Override
    public @Nullable V replace(K key, V value) {
        return map.replace(key, value);
    }

    @Override
    public boolean replace(K key, V oldValue, V newValue) {
        return change(key, notNull("old value", oldValue), notNull("new value", newValue));
    }

    @Override
    public @Nullable V compute(K key, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
        Objects.requireNonNull(function, "the function is null");
        return loop.run(key, present -> function.apply(key, present));
    }

    @Override
    public @Nullable V computeIfPresent(K key, BiFunction<? super K, ? super V, ? extends @Nullable V> function) {
        Objects.requireNonNull(function, "the function is null");
        return loop.run(key, present -> present == null ? null : function.apply(key, present));
    }

    @Override
    public @Nullable V merge(K key, V value, BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
        Objects.requireNonNull(function, "the function is null");
        V given = notNull("value", value);
        return loop.run(key, present -> present == null ? given : function.apply(present, given));
    }

    @Override
    public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function, "the function is null");
        for (K key : keySet) {
            loop.run(
                    key,
                    present -> present == null ? null : notNull("function's result", function.apply(key, present)));
        }
    }

    @Override
    public Set<K> keySet() {
        return keySet;
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
        return entrySet;
    }

    private boolean change(K key, V expected, @Nullable V next) {
        return map.compareAndSet(key, expected, next);
    }

    private boolean contains(K key, V value) {
        RawMap raw = map.raw();
        byte[] present = MapCommands.optional(raw.read(MapCommands.get(raw.id(), map.encodeKey(key))));
        return Arrays.equals(present, map.encodeValue("value", value));
    }

    private <T> T notNull(String what, T object) {
        return Objects.requireNonNull(object, () -> "the " + what + " for the map \"" + map.name() + "\" is null");
    }

    /** The interface asks for any object; a codec that cannot encode this one throws {@link ClassCastException}. */
    @SuppressWarnings("unchecked")
    private K key(Object key) {
        return (K) key;
    }

    /** As {@link #key}. */
    @SuppressWarnings("unchecked")
    private V value(Object value) {
        return (V) value;
    }

    private final class KeySet extends AbstractSet<K> {
        @Override
        public Iterator<K> iterator() {
            Iterator<Map.Entry<K, V>> entries = new EntryIterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return entries.hasNext();
                }

                @Override
                public K next() {
                    return entries.next().getKey();
                }

                @Override
                public void remove() {
                    entries.remove();
                }
            };
        }

        @Override
        public int size() {
            return ConcurrentMapView.this.size();
        }

        @Override
        public boolean contains(Object key) {
            return containsKey(key);
        }

        @Override
        public boolean remove(Object key) {
            return map.remove(key(key));
        }

        @Override
        public void clear() {
            map.clear();
        }
    }

    private final class EntrySet extends AbstractSet<Map.Entry<K, V>> {
        @Override
        public Iterator<Map.Entry<K, V>> iterator() {
            return new EntryIterator();
        }

        @Override
        public int size() {
            return ConcurrentMapView.this.size();
        }

        @Override
        public boolean contains(Object object) {
            return object instanceof Map.Entry<?, ?> entry
                    && entry.getKey() != null
                    && entry.getValue() != null
                    && ConcurrentMapView.this.contains(key(entry.getKey()), value(entry.getValue()));
        }

        @Override
        public boolean remove(Object object) {
            return object instanceof Map.Entry<?, ?> entry
                    && entry.getKey() != null
                    && entry.getValue() != null
                    && ConcurrentMapView.this.remove(entry.getKey(), entry.getValue());
        }

        @Override
        public void clear() {
            map.clear();
        }
    }

    private final class EntryIterator implements Iterator<Map.Entry<K, V>> {
        private final ScanIterator source = new ScanIterator(map.raw(), new byte[0]);
        private @Nullable K last;

        @Override
        public boolean hasNext() {
            return source.hasNext();
        }

        @Override
        public Map.Entry<K, V> next() {
            Map.Entry<byte[], byte[]> encoded = source.next();
            K key = map.decodeKey(encoded.getKey());
            last = key;
            return new PuttingEntry(key, map.decodeValue(encoded.getValue()));
        }

        @Override
        public void remove() {
            if (last == null) {
                throw new IllegalStateException("there was no next(), or its entry is removed already");
            }
            map.remove(last);
            last = null;
        }
    }

    /** An entry as it was read; setting its value puts it into the map. */
    private final class PuttingEntry implements Map.Entry<K, V> {
        private final K key;
        private V value;

        PuttingEntry(K key, V value) {
            this.key = key;
            this.value = value;
        }

        @Override
        public K getKey() {
            return key;
        }

        @Override
        public V getValue() {
            return value;
        }

        @Override
        public V setValue(V next) {
            map.put(key, next);
            V previous = value;
            value = next;
            return previous;
        }

        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Map.Entry<?, ?> other
                    && key.equals(other.getKey())
                    && value.equals(other.getValue());
        }

        @Override
        public int hashCode() {
            return key.hashCode() ^ value.hashCode();
        }

        @Override
        public String toString() {
            return key + "=" + value;
        }
    }
}
