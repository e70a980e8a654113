package io.holdfast.replication;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.replication.structures.MapCommands;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A map that every node of a cluster holds, and that survives the master's death.
 *
 * <p><b>Linearizable.</b> A write that has returned is on the disks of a majority, and every read that begins
 * afterwards, on any node, sees it. Each call is one step for all; only {@link #scan} and the views that iterate take
 * several.
 *
 * <p><b>Exactly once.</b> A write is applied once, also if the master dies on the way and it is sent again. Writes of
 * one process are applied in the order of its calls, futures or not.
 *
 * <p><b>Deadlines.</b> Calls without a future block until their answer or the deadline (10 s, or see {@link
 * #withTimeout}); futures complete by then. All of them throw, or complete with
 *
 * <ul>
 *   <li>{@link io.holdfast.core.NotAvailableException}: not carried out, safe to repeat;
 *   <li>{@link io.holdfast.core.OutcomeUnknownException}: a write was sent and not answered; read to find out;
 *   <li>{@link io.holdfast.core.OverloadedException}: refused, repeat later;
 *   <li>{@link io.holdfast.core.TooLargeException}: key and value exceed the log's largest entry;
 *   <li>{@link io.holdfast.core.RequestFailedException}: the nodes do not know the command; their version is older;
 *   <li>{@link IllegalArgumentException}: a codec refused.
 * </ul>
 *
 * <p>Keys and values are neither null nor compared by {@code equals}: what counts are their encoded bytes (see {@link
 * Codec}). A map exists while it has keys; any name of 1 to 255 bytes in UTF-8 is one. Safe from any thread, but a
 * thread that completes futures of this cluster must not wait for others. Immutable.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class ReplicatedMap<K, V> {
    private final RawMap raw;
    private final Codec<K> keys;
    private final Codec<V> values;

    private ReplicatedMap(RawMap raw, Codec<K> keys, Codec<V> values) {
        this.raw = raw;
        this.keys = keys;
        this.values = values;
    }

    /**
     * The map of that name in a cluster that has been started with {@link LogReplication}, on a node or a client. It
     * exists as soon as something is put into it.
     *
     * @param name 1 to 255 bytes in UTF-8; the same name is the same map on every node
     * @throws IllegalArgumentException if it begins with {@code holdfast.}: such maps are the library's own, save {@link
     *     ReplicatedCounter#MAP}
     */
    public static <K, V> ReplicatedMap<K, V> in(HaCluster cluster, String name, Codec<K> keys, Codec<V> values) {
        RawMap.checkIsUsers(name);
        return over(cluster.feature(LogAccess.class).commands(), name, keys, values);
    }

    /** The map of this name, with the default deadline. */
    static <K, V> ReplicatedMap<K, V> over(Commands commands, String name, Codec<K> keys, Codec<V> values) {
        return new ReplicatedMap<>(new RawMap(commands, name, commands.defaultTimeoutNanos()), keys, values);
    }

    /** The map's name. */
    public String name() {
        return raw.name();
    }

    /**
     * The same map with another deadline, counted from each call.
     *
     * @param timeout positive
     */
    public ReplicatedMap<K, V> withTimeout(Duration timeout) {
        return new ReplicatedMap<>(raw.withTimeout(timeout), keys, values);
    }

    /** The same map, read with another freshness; linearizable by default. */
    public ReplicatedMap<K, V> reading(ReadLevel level) {
        return new ReplicatedMap<>(raw.reading(level.freshness()), keys, values);
    }

    /**
     * The same map, whose writes return sooner or later; QUORUM by default. With MASTER only {@link #put}, {@link #batch} and
     * {@link #clear} are there, and their forms without blocking, since nothing else is without a result.
     */
    public ReplicatedMap<K, V> acknowledged(Acknowledgement acknowledgement) {
        return new ReplicatedMap<>(raw.acknowledged(acknowledgement), keys, values);
    }

    /** The value of a key; null if there is none. */
    public @Nullable V get(K key) {
        return decode(MapCommands.optional(raw.read(MapCommands.get(raw.id(), encodeKey(key)))));
    }

    /** As {@link #get}, without blocking. */
    public CompletableFuture<@Nullable V> getAsync(K key) {
        return raw.<@Nullable V>readAsync(MapCommands.get(raw.id(), encodeKey(key)), this::optional);
    }

    /** Whether there is a value of a key. Costs what {@link #get} costs, without the decoding. */
    public boolean containsKey(K key) {
        return MapCommands.optional(raw.read(MapCommands.get(raw.id(), encodeKey(key)))) != null;
    }

    /** As {@link #containsKey}, without blocking. */
    public CompletableFuture<Boolean> containsKeyAsync(K key) {
        return raw.readAsync(MapCommands.get(raw.id(), encodeKey(key)), answer -> MapCommands.optional(answer) != null);
    }

    /** Sets a value that stays. The cheapest write: the previous value does not travel. */
    public void put(K key, V value) {
        raw.write(MapCommands.put(raw.id(), encodeKey(key), encodeValue("value", value)));
    }

    /** As {@link #put(Object, Object)}, without blocking. */
    public CompletableFuture<@Nullable Void> putAsync(K key, V value) {
        return raw.<@Nullable Void>writeAsync(
                MapCommands.put(raw.id(), encodeKey(key), encodeValue("value", value)), RawMap::nothing);
    }

    /**
     * Sets a value that goes after a time, as if it were removed. The value that a key has next, whoever sets it and how, has
     * a time to live only if it is given one: {@code put(key, value)}, {@link #replace}, {@link #compareAndSet} and all others
     * that set a value leave one that stays. One that is not set ({@link #putIfAbsent} where there is a value, for instance)
     * keeps what it has.
     *
     * <p>The time is that of the log: it goes on while there is a master, on whichever node, and stands still while there is
     * none. So a value is there for {@code timeToLive} at the least, counted from when the master takes the write; and for up
     * to about a second longer, and for as long as a node has not heard of it, where nothing else is written. It goes on
     * all nodes at the same place of the log, so reads are as linearizable as if somebody had removed it.
     *
     * @param timeToLive 1 ms to 10 years
     * @throws IllegalArgumentException if it is another one
     */
    public void put(K key, V value, Duration timeToLive) {
        raw.write(putExpiringCommand(key, value, timeToLive));
    }

    /** As {@link #put(Object, Object, Duration)}, without blocking. */
    public CompletableFuture<@Nullable Void> putAsync(K key, V value, Duration timeToLive) {
        return raw.<@Nullable Void>writeAsync(putExpiringCommand(key, value, timeToLive), RawMap::nothing);
    }

    /** Sets a value, and returns the previous one; null if there was none. */
    public @Nullable V getAndPut(K key, V value) {
        return optional(raw.write(MapCommands.getAndPut(raw.id(), encodeKey(key), encodeValue("value", value))));
    }

    /** As {@link #getAndPut}, without blocking. */
    public CompletableFuture<@Nullable V> getAndPutAsync(K key, V value) {
        return raw.<@Nullable V>writeAsync(
                MapCommands.getAndPut(raw.id(), encodeKey(key), encodeValue("value", value)), this::optional);
    }

    /** Sets a value if there is none, and returns null; or returns the value that is there. */
    public @Nullable V putIfAbsent(K key, V value) {
        return optional(raw.write(MapCommands.putIfAbsent(raw.id(), encodeKey(key), encodeValue("value", value))));
    }

    /** As {@link #putIfAbsent}, without blocking. */
    public CompletableFuture<@Nullable V> putIfAbsentAsync(K key, V value) {
        return raw.<@Nullable V>writeAsync(
                MapCommands.putIfAbsent(raw.id(), encodeKey(key), encodeValue("value", value)), this::optional);
    }

    /** Sets a value if there is one, and returns the previous one; null if there was none and nothing changed. */
    public @Nullable V replace(K key, V value) {
        return optional(raw.write(MapCommands.replace(raw.id(), encodeKey(key), encodeValue("value", value))));
    }

    /** As {@link #replace}, without blocking. */
    public CompletableFuture<@Nullable V> replaceAsync(K key, V value) {
        return raw.<@Nullable V>writeAsync(
                MapCommands.replace(raw.id(), encodeKey(key), encodeValue("value", value)), this::optional);
    }

    /**
     * Sets or removes a value if the present one is as expected, compared by its bytes.
     *
     * @param expected null: that there is none
     * @param value null: remove
     * @return whether it was as expected; if not, nothing changed
     */
    public boolean compareAndSet(K key, @Nullable V expected, @Nullable V value) {
        return MapCommands.flag(raw.write(compareAndSetCommand(key, expected, value)));
    }

    /** As {@link #compareAndSet}, without blocking. */
    public CompletableFuture<Boolean> compareAndSetAsync(K key, @Nullable V expected, @Nullable V value) {
        return raw.writeAsync(compareAndSetCommand(key, expected, value), MapCommands::flag);
    }

    /** Removes a key, and tells whether it was there. */
    public boolean remove(K key) {
        return MapCommands.flag(raw.write(MapCommands.remove(raw.id(), encodeKey(key))));
    }

    /** As {@link #remove}, without blocking. */
    public CompletableFuture<Boolean> removeAsync(K key) {
        return raw.writeAsync(MapCommands.remove(raw.id(), encodeKey(key)), MapCommands::flag);
    }

    /** Removes a key, and returns its value; null if there was none. */
    public @Nullable V getAndRemove(K key) {
        return optional(raw.write(MapCommands.getAndRemove(raw.id(), encodeKey(key))));
    }

    /** As {@link #getAndRemove}, without blocking. */
    public CompletableFuture<@Nullable V> getAndRemoveAsync(K key) {
        return raw.<@Nullable V>writeAsync(MapCommands.getAndRemove(raw.id(), encodeKey(key)), this::optional);
    }

    /** Removes all keys, in one step. */
    public void clear() {
        raw.write(MapCommands.clear(raw.id()));
    }

    /** As {@link #clear}, without blocking. */
    public CompletableFuture<@Nullable Void> clearAsync() {
        return raw.<@Nullable Void>writeAsync(MapCommands.clear(raw.id()), RawMap::nothing);
    }

    /** Begins changes that are written together, in one step: see {@link MapBatch}. */
    public MapBatch<K, V> batch() {
        return new MapBatch<>(this);
    }

    /** The number of keys. Costs no more than {@link #get}. */
    public long size() {
        return MapCommands.number(raw.read(MapCommands.size(raw.id())));
    }

    /** As {@link #size}, without blocking. */
    public CompletableFuture<Long> sizeAsync() {
        return raw.readAsync(MapCommands.size(raw.id()), MapCommands::number);
    }

    /** Whether there are no keys. */
    public boolean isEmpty() {
        return size() == 0;
    }

    /** As {@link #isEmpty}, without blocking. */
    public CompletableFuture<Boolean> isEmptyAsync() {
        return raw.readAsync(MapCommands.size(raw.id()), answer -> MapCommands.number(answer) == 0);
    }

    /** All entries, as {@link #scan(Object)} gives them. */
    public Stream<Map.Entry<K, V>> scan() {
        return scanEncoded(new byte[0]);
    }

    /**
     * The entries whose encoded key begins with the encoded prefix, in the order of the encoded keys. With {@link
     * Codec#string} that is what it looks like; with {@link Codec#longs} only the key itself begins with it.
     *
     * <p>The stream reads lazily, page by page, as it is consumed, and blocks for each, at most for the deadline. Each
     * page is linearizable by itself; the whole is not one instant. A key that is there from beginning to end is given
     * once; one that comes or goes meanwhile, once or not at all. The entries cannot be changed.
     */
    public Stream<Map.Entry<K, V>> scan(K prefix) {
        return scanEncoded(encode("prefix", keys, prefix));
    }

    private Stream<Map.Entry<K, V>> scanEncoded(byte[] prefix) {
        return raw.scan(prefix).map(entry -> Map.entry(keys.decode(entry.getKey()), values.decode(entry.getValue())));
    }

    /**
     * An index of the log up to which this map was complete at some moment during the call: every change that had been
     * acknowledged before it lies there or before, and a {@link #watch} from there on tells all that come after. As fresh, and
     * with the deadline and the exceptions, as other reads.
     */
    public long position() {
        return MapCommands.number(raw.read(MapCommands.position(raw.id())));
    }

    /** As {@link #position}, without blocking. */
    public CompletableFuture<Long> positionAsync() {
        return raw.readAsync(MapCommands.position(raw.id()), MapCommands::number);
    }

    /**
     * Tells a listener of every change of this map from now on; {@link #watch(long, Consumer)} from {@link #position} on.
     * Blocks for the position, and fails, as a read does.
     */
    public MapWatch watch(Consumer<? super MapEvent<K, V>> listener) {
        return watch(position(), listener);
    }

    /**
     * Tells a listener of every change of this map after an index: each once, in the order of the log, whatever fails
     * meanwhile. A node tells what it has applied itself; a client asks the nodes in turn, so a failover is no more than a
     * pause. Does not block.
     *
     * <p><b>What is kept.</b> Each node remembers the last 65,536 changes of all maps together, or 16 MiB of them if that is
     * less (keys and values, and 64 bytes for each), and none from before a snapshot that it took its state from. A watch
     * that needs others, because it begins too far back or because its listener is too slow, ends with {@link
     * WatchTooOldException}: see {@link MapWatch#ended}. So a slow listener costs nobody anything. What is in the map already
     * is told by no watch. To have both, take the position <em>before</em> the scan; the same when a watch has ended so:
     *
     * <pre>{@code
     * long position = orders.position();
     * orders.scan().forEach(order -> cache.put(order.getKey(), order.getValue()));
     * MapWatch watch = orders.watch(position, event -> apply(event, cache));
     * }</pre>
     *
     * <p>Events then repeat what the scan may have seen, and the cache is right when they have caught up. The scan must not be
     * of less than the position: linearizable, or {@link ReadLevel#atLeast} it.
     *
     * <p><b>The listener</b> is called where futures of this cluster complete, one event at a time, and may not wait for
     * futures there; the next page of changes, of about 128 KiB, is asked for when it has returned from all of one. If it
     * throws, that is logged and the watch goes on, as it does if a codec cannot decode a key or value. A process has at most
     * 64 watches at once.
     *
     * @param afterIndex 0 for all from the beginning; a {@link #position}, {@link MapWatch#position}, or the index of an event
     *     that {@link MapEvent#isLast is the last} of its index
     */
    public MapWatch watch(long afterIndex, Consumer<? super MapEvent<K, V>> listener) {
        if (afterIndex < 0 || afterIndex == Long.MAX_VALUE) {
            throw new IllegalArgumentException("an index to watch from is not negative; " + afterIndex
                    + " is no index. Write watch(listener) to begin now");
        }
        WatchPoll<K, V> poll = new WatchPoll<>(this, afterIndex, listener);
        raw.watch(poll);
        return new MapWatch(poll);
    }

    /**
     * This map as the JDK's interface. Reads and writes are those of this class, with its deadline and exceptions.
     *
     * <p>{@code compute}, {@code merge} and their like read, call the function and compare and set, again if another
     * was faster; the function may be called several times. They end with {@link
     * io.holdfast.core.NotAvailableException}, nothing changed, when the deadline or 1,000 attempts have passed.
     * {@code size} above {@link Integer#MAX_VALUE} is that. Values are compared by their bytes wherever the map compares
     * ({@code replace}, {@code remove}), and by {@code equals} in {@code containsValue} and {@code equals}. Collections
     * are views whose iterators read as {@link #scan} does and can remove; setting the value of an entry puts it.
     */
    public ConcurrentMap<K, V> asConcurrentMap() {
        return new ConcurrentMapView<>(this);
    }

    RawMap raw() {
        return raw;
    }

    byte[] encodeKey(K key) {
        return encode("key", keys, key);
    }

    byte[] encodeValue(String what, V value) {
        return encode(what, values, value);
    }

    K decodeKey(byte[] key) {
        return keys.decode(key);
    }

    V decodeValue(byte[] value) {
        return values.decode(value);
    }

    @Nullable
    V decode(byte @Nullable [] value) {
        return value == null ? null : values.decode(value);
    }

    private @Nullable V optional(byte[] answer) {
        return decode(MapCommands.optional(answer));
    }

    private byte[] putExpiringCommand(K key, V value, Duration timeToLive) {
        long ttlNanos = TimeToLive.nanos(timeToLive);
        return MapCommands.putExpiring(raw.id(), encodeKey(key), encodeValue("value", value), ttlNanos);
    }

    private byte[] compareAndSetCommand(K key, @Nullable V expected, @Nullable V value) {
        return MapCommands.compareAndSet(
                raw.id(),
                encodeKey(key),
                expected == null ? null : encodeValue("expected", expected),
                value == null ? null : encodeValue("value", value));
    }

    private <T> byte[] encode(String what, Codec<T> codec, T value) {
        if (value == null) {
            throw new NullPointerException("the " + what + " for the map \"" + name() + "\" is null");
        }
        return codec.encode(value);
    }

    @Override
    public String toString() {
        return "ReplicatedMap[" + name() + "]";
    }
}
