package io.holdfast.replication;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.replication.structures.MapCommands;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A number that the whole cluster shares: each addition counts exactly once, whatever dies meanwhile, and reads are
 * linearizable. It is 0 until something is added, and wraps around as a {@code long} does.
 *
 * <p>All counters are entries of one map, {@value #MAP}, with {@link Codec#string()} and {@link Codec#longs()}; so a {@link
 * ReplicatedMap} can list them. Calls fail as those of a {@link ReplicatedMap} do. Safe from any thread, but a thread that completes futures of this
 * cluster must not wait for others. Immutable.
 */
public final class ReplicatedCounter {
    /** The name of the map that holds all counters. */
    public static final String MAP = "holdfast.counters";

    private final RawMap raw;
    private final String name;
    private final byte[] key;

    private ReplicatedCounter(RawMap raw, String name) {
        this.raw = raw;
        this.name = name;
        this.key = StringCodec.INSTANCE.encode(name);
        if (name.isBlank()) {
            throw new IllegalArgumentException("a counter's name is not blank; \"" + name + "\" is");
        }
    }

    /**
     * The counter of that name in a cluster that has been started with {@link LogReplication}, on a node or a client.
     *
     * @param name not blank; the same name is the same counter on every node
     */
    public static ReplicatedCounter in(HaCluster cluster, String name) {
        return over(cluster.feature(LogAccess.class).commands(), name);
    }

    static ReplicatedCounter over(Commands commands, String name) {
        return new ReplicatedCounter(new RawMap(commands, MAP, commands.defaultTimeoutNanos()), name);
    }

    /** The counter's name. */
    public String name() {
        return name;
    }

    /**
     * The same counter with another deadline, counted from each call.
     *
     * @param timeout positive
     */
    public ReplicatedCounter withTimeout(Duration timeout) {
        return new ReplicatedCounter(raw.withTimeout(timeout), name);
    }

    /** The same counter, read with another freshness; linearizable by default. */
    public ReplicatedCounter reading(ReadLevel level) {
        return new ReplicatedCounter(raw.reading(level.freshness()), name);
    }

    /** What it is now. */
    public long get() {
        return number(raw.read(MapCommands.get(raw.id(), key)));
    }

    /** {@link #get} without blocking. */
    public CompletableFuture<Long> getAsync() {
        return raw.readAsync(MapCommands.get(raw.id(), key), ReplicatedCounter::number);
    }

    /** Adds, and returns what it is then. */
    public long addAndGet(long delta) {
        return MapCommands.number(raw.write(MapCommands.add(raw.id(), key, delta)));
    }

    /** {@link #addAndGet} without blocking. */
    public CompletableFuture<Long> addAndGetAsync(long delta) {
        return raw.writeAsync(MapCommands.add(raw.id(), key, delta), MapCommands::number);
    }

    /** Adds 1, and returns what it is then. */
    public long incrementAndGet() {
        return addAndGet(1);
    }

    /** Adds 1, and returns what it was before. */
    public long getAndIncrement() {
        return addAndGet(1) - 1;
    }

    /** Makes it 0 again. */
    public void reset() {
        raw.write(MapCommands.remove(raw.id(), key));
    }

    private static long number(byte[] answer) {
        byte[] value = MapCommands.optional(answer);
        return value == null ? 0 : Codec.longs().decode(value);
    }
}
