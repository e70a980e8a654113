package io.holdfast.benchmarks.holdfast;

import io.holdfast.benchmarks.load.Target;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HoldfastException;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process that takes part in a cluster, as a node or a client, can be asked to do. */
@SuppressWarnings("FutureReturnValueIgnored") // each operation hears of its end
final class Targets {
    private static final int KEYS = 1_024;
    private static final byte[] QUESTION = new byte[Long.BYTES];

    static final String BLOCKING = "blocking write";
    private static final String MAP = "benchmark";
    private static final Pattern OVERWRITE = Pattern.compile("overwrite:(\\d+)");

    private Targets() {}

    static Target open(HaCluster cluster, String work) {
        Matcher overwrite = OVERWRITE.matcher(work);
        if (overwrite.matches()) {
            return overwrites(map(cluster), Long.parseLong(overwrite.group(1)));
        }
        return switch (work) {
            case "write" -> writes(ReplicatedLog.in(cluster));
            case BLOCKING -> blockingWrites(ReplicatedLog.in(cluster));
            case "read" -> reads(ReplicatedLog.in(cluster));
            case "map" -> puts(map(cluster));
            case "insert" -> inserts(map(cluster));
            default -> throw new IllegalArgumentException("no work called " + work);
        };
    }

    private static ReplicatedMap<Long, byte[]> map(HaCluster cluster) {
        return ReplicatedMap.in(cluster, MAP, Codec.longs(), Codec.bytes());
    }

    /** Keys from 0 on, each once. */
    private static Target inserts(ReplicatedMap<Long, byte[]> map) {
        AtomicLong next = new AtomicLong();
        return operation -> {
            map.putAsync(next.getAndIncrement(), operation.payload()).whenComplete(operation);
            return true;
        };
    }

    /** Any of the keys that {@link #inserts} has made so many of. */
    private static Target overwrites(ReplicatedMap<Long, byte[]> map, long keys) {
        SplittableRandom random = new SplittableRandom(keys);
        return operation -> {
            map.putAsync(random.nextLong(keys), operation.payload()).whenComplete(operation);
            return true;
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
