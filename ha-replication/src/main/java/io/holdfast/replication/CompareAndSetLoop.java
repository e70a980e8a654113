package io.holdfast.replication;

import io.holdfast.core.NotAvailableException;
import io.holdfast.replication.structures.MapCommands;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Changes one value by a function of the present one: reads, computes, compares and sets, and begins again if another
 * was faster. Bounded by the map's deadline and by a number of attempts.
 */
final class CompareAndSetLoop<K, V> {
    private static final int MAX_ATTEMPTS = 1_000;

    /** From the present value (null: none) to the next one (null: none), which may be the same object, changed. */
    interface Change<V> {
        @Nullable
        V from(@Nullable V present);
    }

    private final ReplicatedMap<K, V> map;

    CompareAndSetLoop(ReplicatedMap<K, V> map) {
        this.map = map;
    }

    /**
     * Changes the value of a key.
     *
     * @param change is called once an attempt
     * @return the value that the key has, or null
     */
    @Nullable
    V run(K key, Change<V> change) {
        RawMap raw = map.raw();
        byte[] encodedKey = map.encodeKey(key);
        long startNanos = System.nanoTime();
        for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            long leftNanos = raw.timeoutNanos() - (System.nanoTime() - startNanos);
            if (leftNanos <= 0) {
                throw gaveUp(attempt - 1);
            }
            byte[] present = MapCommands.optional(raw.read(MapCommands.get(raw.id(), encodedKey), leftNanos));
            V next = change.from(map.decode(present));
            byte[] encodedNext = next == null ? null : map.encodeValue("value", next);
            if (Arrays.equals(present, encodedNext)) {
                return next;
            }
            leftNanos = raw.timeoutNanos() - (System.nanoTime() - startNanos);
            if (leftNanos <= 0) {
                throw gaveUp(attempt - 1);
            }
            byte[] command = MapCommands.compareAndSet(raw.id(), encodedKey, present, encodedNext);
            if (MapCommands.flag(raw.write(command, leftNanos))) {
                return next;
            }
        }
        throw gaveUp(MAX_ATTEMPTS);
    }

    private NotAvailableException gaveUp(int attempts) {
        return new NotAvailableException("a value of the map \"" + map.name() + "\" was changed by others each time in "
                + attempts + " attempts before the deadline; nothing was changed, try again or use fewer writers");
    }
}
