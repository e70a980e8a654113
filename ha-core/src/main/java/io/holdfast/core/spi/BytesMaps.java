package io.holdfast.core.spi;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The maps of a cluster that runs, as bytes: where entries are loaded to that were kept outside of it. All calls return at once; their
 * stages complete within a bound that the implementation sets, and fail as it says. Writes are applied in the order of the calls. Safe from
 * any thread. Arrays that are given are not changed by anybody.
 */
public interface BytesMaps {
    /** The value of a key; null if there is none. */
    CompletionStage<byte @Nullable []> get(String map, byte[] key);

    /** Sets a value if there is none, and gives null; or gives the value that is in the way. */
    CompletionStage<byte @Nullable []> putIfAbsent(String map, byte[] key, byte[] value);

    /**
     * Sets a value.
     *
     * @param timeToLive zero if it stays
     */
    CompletionStage<?> put(String map, byte[] key, byte[] value, Duration timeToLive);

    /** Removes a key, if it is there. */
    CompletionStage<?> remove(String map, byte[] key);

    /** An index of the cluster's log at or after all that had been acknowledged when this was asked. */
    CompletionStage<Long> position(String map);
}
