package io.holdfast.replication;

import io.holdfast.core.HaCluster;
import io.holdfast.core.spi.BytesMaps;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.LogAccess;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** All {@linkplain ReplicatedMap maps} of a cluster as bytes, for tools that know nothing of what is in them. */
public final class ReplicatedBytes {
    private ReplicatedBytes() {}

    /**
     * Those of a cluster that has been started with {@link LogReplication}, on a node or a client. Calls complete within the default deadline, and
     * fail, as those of a {@link ReplicatedMap} do; names that begin with {@code holdfast.} are refused as there.
     */
    public static BytesMaps in(HaCluster cluster) {
        return new Maps(cluster.feature(LogAccess.class).commands());
    }

    private static final class Maps implements BytesMaps {
        private final Commands commands;
        /** As many as whoever uses this names. */
        private final Map<String, ReplicatedMap<byte[], byte[]>> maps = new ConcurrentHashMap<>();

        Maps(Commands commands) {
            this.commands = commands;
        }

        private ReplicatedMap<byte[], byte[]> of(String map) {
            RawMap.checkIsUsers(map);
            return maps.computeIfAbsent(
                    map, name -> ReplicatedMap.over(commands, name, BytesCodec.INSTANCE, BytesCodec.INSTANCE));
        }

        @Override
        public CompletionStage<Optional<byte[]>> get(String map, byte[] key) {
            return of(map).getAsync(key).thenApply(Optional::ofNullable);
        }

        @Override
        public CompletionStage<Optional<byte[]>> putIfAbsent(String map, byte[] key, byte[] value) {
            return of(map).putIfAbsentAsync(key, value).thenApply(Optional::ofNullable);
        }

        @Override
        public CompletionStage<?> put(String map, byte[] key, byte[] value, Duration timeToLive) {
            return timeToLive.isZero() ? of(map).putAsync(key, value) : of(map).putAsync(key, value, timeToLive);
        }

        @Override
        public CompletionStage<?> remove(String map, byte[] key) {
            return of(map).removeAsync(key);
        }

        @Override
        public CompletionStage<Long> position(String map) {
            return of(map).positionAsync();
        }
    }
}
