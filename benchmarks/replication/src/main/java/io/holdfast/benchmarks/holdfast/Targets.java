package io.holdfast.benchmarks.holdfast;

import io.holdfast.benchmarks.load.Target;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HoldfastException;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;

/** What a process that takes part in a cluster, as a node or a client, can be asked to do. */
@SuppressWarnings("FutureReturnValueIgnored") // each operation hears of its end
final class Targets {
    private static final int KEYS = 1_024;
    private static final byte[] QUESTION = new byte[Long.BYTES];

    static final String BLOCKING = "blocking write";

    private Targets() {}

    static Target open(HaCluster cluster, String work) {
        return switch (work) {
            case "write" -> writes(ReplicatedLog.in(cluster));
            case BLOCKING -> blockingWrites(ReplicatedLog.in(cluster));
            case "read" -> reads(ReplicatedLog.in(cluster));
            case "map" -> puts(ReplicatedMap.in(cluster, "benchmark", Codec.longs(), Codec.bytes()));
            default -> throw new IllegalArgumentException("no work called " + work);
        };
    }

    private static Target writes(ReplicatedLog log) {
        return operation -> {
            log.submitAsync(operation.payload()).whenComplete(operation);
            return true;
        };
    }

    private static Target blockingWrites(ReplicatedLog log) {
        return operation -> {
            try {
                operation.accept(log.submit(operation.payload()), null);
            } catch (HoldfastException e) {
                operation.accept(null, e);
            }
            return true;
        };
    }

    private static Target reads(ReplicatedLog log) {
        return operation -> {
            log.queryAsync(QUESTION).whenComplete(operation);
            return true;
        };
    }

    private static Target puts(ReplicatedMap<Long, byte[]> map) {
        Long[] keys = new Long[KEYS];
        for (int i = 0; i < KEYS; i++) {
            keys[i] = (long) i;
        }
        return operation -> {
            map.putAsync(keys[operation.slot() % KEYS], operation.payload()).whenComplete(operation);
            return true;
        };
    }
}
