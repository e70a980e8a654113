package io.holdfast.core.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The maps of a cluster that runs, as bytes: where entries are loaded to that were kept outside of it. All calls return at once; their
 * stages complete within a bound that the implementation sets, and fail as it says. Writes are applied in the order of the calls. Safe from
 * any thread. Arrays that are given are not changed by anybody.
 */
public interface BytesMaps {
    /** The value of a key; empty if there is none. */
    CompletionStage<Optional<byte[]>> get(String map, byte[] key);

    /** Sets a value if there is none, and gives nothing; or gives the value that is in the way. */
    CompletionStage<Optional<byte[]>> putIfAbsent(String map, byte[] key, byte[] value);

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
