package io.holdfast.replication;

import io.holdfast.core.TooLargeException;
import io.holdfast.replication.structures.BatchCommand;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Changes of one {@link ReplicatedMap} that are written together: one entry of the log, applied on every node in one step
 * and in the order of the calls. Nobody ever sees a part of them, and after any failure all of them are there or none.
 *
 * <pre>{@code
 * orders.batch().put("o-17", paid).remove("cart-4").write();
 * }</pre>
 *
 * <p>Nothing is sent before {@link #write}. It costs what one write costs, and returns no result, so it is there with {@link
 * Acknowledgement#MASTER}, too. All changes together are one entry: with their keys and values, and 5 to 17 bytes more for
 * each, they have at most {@link LogReplication#maxEntryBytes}. A batch can be written again, also with more in it. For one
 * thread.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class MapBatch<K, V> {
    private final ReplicatedMap<K, V> map;
    private final BatchCommand command = new BatchCommand(LogReplication.MAX_MAX_ENTRY_BYTES);

    MapBatch(ReplicatedMap<K, V> map) {
        this.map = map;
    }

    /**
     * Sets a value.
     *
     * @throws TooLargeException if no log takes so much in one entry (8 MiB); the batch is as it was
     */
    public MapBatch<K, V> put(K key, V value) {
        command.put(map.encodeKey(key), map.encodeValue("value", value));
        return this;
    }

    /**
     * Sets a value that goes after a time: see {@link ReplicatedMap#put(Object, Object, Duration)}. Fails as {@link
     * #put(Object, Object)} does.
     *
     * @param timeToLive 1 ms to 10 years, counted from when the master takes the batch
     */
    public MapBatch<K, V> put(K key, V value, Duration timeToLive) {
        command.putExpiring(map.encodeKey(key), map.encodeValue("value", value), TimeToLive.nanos(timeToLive));
        return this;
    }

    /** Removes a key, if it is there. Fails as {@link #put(Object, Object)} does. */
    public MapBatch<K, V> remove(K key) {
        command.remove(map.encodeKey(key));
        return this;
    }

    /** Removes all keys; what follows in the batch is put into an empty map. Fails as {@link #put(Object, Object)} does. */
    public MapBatch<K, V> clear() {
        command.clear();
        return this;
    }

    /** How many changes there are. */
    public int size() {
        return command.count();
    }

    /**
     * Writes them all, and returns when they are applied; with the map's deadline and the exceptions of its other writes.
     * Returns at once, and writes nothing, if there are none.
     *
     * @throws TooLargeException if they exceed {@link LogReplication#maxEntryBytes}; nothing was sent
     */
    public void write() {
        if (size() > 0) {
            map.raw().write(command.of(map.raw().id()));
        }
    }

    /** As {@link #write}, without blocking; what is added afterwards is not in it. */
    public CompletableFuture<@Nullable Void> writeAsync() {
        return size() == 0
                ? CompletableFuture.<@Nullable Void>completedFuture(null)
                : map.raw().<@Nullable Void>writeAsync(command.of(map.raw().id()), RawMap::nothing);
    }
}
