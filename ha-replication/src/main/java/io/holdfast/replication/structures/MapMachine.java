package io.holdfast.replication.structures;

import io.holdfast.replication.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The maps of a cluster, by name: what all nodes have in common after the same entries. A map comes into being with its
 * first key and ends with its last, so an empty map and none are the same.
 *
 * <p>Malformed commands and requests end with {@link IllegalArgumentException}, before anything is changed.
 */
public final class MapMachine {
    private static final byte[] NOTHING = {};
    private static final byte[] NO = {0};
    private static final byte[] YES = {1};

    /** Never iterated where its order could matter. */
    private final Map<ByteBuffer, TimedMap> maps = new HashMap<>();

    private final DeadlineIndex deadlines = new DeadlineIndex();
    private MapChanges listener = change -> {};
    /** Of the entry at hand, whose changes the listener hears of. */
    private long index;

    /** Without any map. */
    public MapMachine() {}

    /** Whom to tell of each change from now on. */
    public void tell(MapChanges changes) {
        listener = changes;
    }

    /**
     * Removes what is due, in the order of deadline, map and key. To be called before each batch, again while {@link
     * #isDue}.
     *
     * @param firstIndex the batch's first, to which the removals belong
     * @param masterNanos the batch's time
     * @param most how many values to remove, at most
     * @return how many were removed
     */
    public int expire(long firstIndex, long masterNanos, int most) {
        index = firstIndex;
        int removed = 0;
        while (removed < most && isDue(masterNanos)) {
            TimedMap map = Objects.requireNonNull(deadlines.first());
            long before = map.earliestNanos();
            tell(MapChange.EXPIRED, map, map.removeEarliest(), NOTHING);
            changed(map, before);
            removed++;
        }
        return removed;
    }

    /** True if there is something that must not be seen any more at that time. */
    public boolean isDue(long masterNanos) {
        return deadlines.earliestNanos() <= masterNanos;
    }

    /**
     * Applies one committed entry.
     *
     * @param masterNanos the time of its batch, up to which all has been expired
     */
    public byte[] apply(StateMachine.Entry entry, long masterNanos) {
        index = entry.index();
        CommandReader in = new CommandReader(entry.command());
        int op = in.unsignedByte("the operation");
        ByteBuffer name = in.name();
        return switch (op) {
            case MapCommands.PUT -> {
                put(name, in.bytes("the key"), in.rest());
                yield NOTHING;
            }
            case MapCommands.GET_AND_PUT -> optional(put(name, in.bytes("the key"), in.rest()));
            case MapCommands.PUT_IF_ABSENT -> putIfAbsent(name, in.bytes("the key"), in.rest());
            case MapCommands.REPLACE -> replace(name, in.bytes("the key"), in.rest());
            case MapCommands.COMPARE_AND_SET -> compareAndSet(name, in);
            case MapCommands.REMOVE -> remove(name, in.rest()) == null ? NO : YES;
            case MapCommands.GET_AND_REMOVE -> optional(remove(name, in.rest()));
            case MapCommands.CLEAR -> {
                in.end();
                clear(name);
                yield NOTHING;
            }
            case MapCommands.ADD -> add(name, in.bytes("the key"), in.rest());
            case MapCommands.BATCH -> {
                batch(name, BatchedChange.readAll(in), masterNanos);
                yield NOTHING;
            }
            case MapCommands.PUT_EXPIRING -> {
                long ttlNanos = in.timeToLive();
                put(name, in.bytes("the key"), in.rest(), deadline(masterNanos, ttlNanos));
                yield NOTHING;
            }
            default -> throw new IllegalArgumentException("map command " + op + " is not known to this version");
        };
    }

    /**
     * Answers a question about the state without changing it.
     *
     * @param applied the index up to which this state has come
     */
    public byte[] query(ByteBuffer request, long applied) {
        CommandReader in = new CommandReader(request);
        int op = in.unsignedByte("the operation");
        ByteBuffer name = in.name();
        return switch (op) {
            case MapCommands.GET -> optional(get(name, in.rest()));
            case MapCommands.SIZE -> {
                in.end();
                TimedMap map = maps.get(name);
                yield number(map == null ? 0 : map.entries().size());
            }
            case MapCommands.SCAN -> scan(name, in);
            case MapCommands.POSITION -> {
                in.end();
                yield number(applied);
            }
            default -> throw new IllegalArgumentException("map request " + op + " is not known to this version");
        };
    }

    /** Tells states apart: the same maps with the same deadlines have the same hash on every node, and others another one, but for bad luck. */
    public long hash() {
        CRC32C ofName = new CRC32C();
        long hash = 0;
        for (Map.Entry<ByteBuffer, TimedMap> map : maps.entrySet()) { // a sum, so that the order cannot matter
            ofName.reset();
            ofName.update(map.getKey().duplicate());
            hash += EntryHash.mixed(map.getValue().contentHash(), ofName.getValue());
        }
        return hash;
    }

    /** All maps as they are now, for ever. */
    public MapSnapshot snapshot() {
        return MapSnapshot.of(maps.values());
    }

    /** Replaces all maps by what {@link MapSnapshot#writeTo} wrote; after an exception they are as they were. */
    public void restore(int version, InputStream in) throws IOException {
        Map<ByteBuffer, TimedMap> restored = MapSnapshot.read(version, in);
        maps.clear();
        maps.putAll(restored);
        deadlines.clear();
        maps.values().forEach(map -> changed(map, TimedMap.NO_DEADLINE));
    }

    private void tell(int kind, TimedMap map, byte[] key, byte[] value) {
        listener.changed(new MapChange(index, kind, map.name(), key, value));
    }

    /** Everything that may change a map's earliest deadline ends here. */
    private void changed(TimedMap map, long earliestBefore) {
        deadlines.changed(map, earliestBefore, map.earliestNanos());
        if (map.isEmpty()) {
            maps.remove(map.name());
        }
    }

    private static long deadline(long masterNanos, long ttlNanos) {
        return masterNanos + Math.min(ttlNanos, TimedMap.NO_DEADLINE - 1 - masterNanos);
    }

    private byte @Nullable [] get(ByteBuffer name, byte[] key) {
        TimedMap map = maps.get(name);
        return map == null ? null : map.get(key);
    }

    private byte @Nullable [] put(ByteBuffer name, byte[] key, byte[] value) {
        return put(name, key, value, TimedMap.NO_DEADLINE);
    }

    private byte @Nullable [] put(ByteBuffer name, byte[] key, byte[] value, long deadlineNanos) {
        TimedMap map = maps.get(name);
        if (map == null) {
            // The name is a view of the command, which is not ours to keep.
            map = new TimedMap(ByteBuffer.allocate(name.remaining())
                    .put(name.duplicate())
                    .flip()
                    .asReadOnlyBuffer());
            maps.put(map.name(), map);
        }
        long before = map.earliestNanos();
        byte[] previous = map.put(key, value, deadlineNanos);
        changed(map, before);
        tell(MapChange.PUT, map, key, value);
        return previous;
    }

    private byte @Nullable [] remove(ByteBuffer name, byte[] key) {
        TimedMap map = maps.get(name);
        if (map == null) {
            return null;
        }
        long before = map.earliestNanos();
        byte[] removed = map.remove(key);
        if (removed != null) {
            changed(map, before);
            tell(MapChange.REMOVED, map, key, NOTHING);
        }
        return removed;
    }

    private void clear(ByteBuffer name) {
        TimedMap map = maps.remove(name);
        if (map != null) {
            deadlines.changed(map, map.earliestNanos(), TimedMap.NO_DEADLINE);
            tell(MapChange.CLEARED, map, NOTHING, NOTHING);
        }
    }

    private byte[] add(ByteBuffer name, byte[] key, byte[] delta) {
        byte[] present = get(name, key);
        if (delta.length != Long.BYTES || (present != null && present.length != Long.BYTES)) {
            throw new IllegalArgumentException("a number has " + Long.BYTES + " bytes; to add has " + delta.length
                    + ", the value " + (present == null ? "none" : present.length));
        }
        long before = present == null ? 0 : ByteBuffer.wrap(present).getLong() ^ Long.MIN_VALUE;
        long sum = before + ByteBuffer.wrap(delta).getLong();
        put(name, key, number(sum ^ Long.MIN_VALUE)); // as Codec.longs() does, so that bytes have the numbers' order
        return number(sum);
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private byte[] putIfAbsent(ByteBuffer name, byte[] key, byte[] value) {
        byte[] present = get(name, key);
        if (present == null) {
            put(name, key, value);
        }
        return optional(present);
    }

    private byte[] replace(ByteBuffer name, byte[] key, byte[] value) {
        byte[] present = get(name, key);
        if (present != null) {
            put(name, key, value);
        }
        return optional(present);
    }

    private byte[] compareAndSet(ByteBuffer name, CommandReader in) {
        byte[] key = in.bytes("the key");
        byte[] expected = in.flag("whether a value is expected") ? in.bytes("the expected value") : null;
        byte[] value = null;
        if (in.flag("whether there is a new value")) {
            value = in.rest();
        } else {
            in.end();
        }
        if (!Arrays.equals(get(name, key), expected)) {
            return NO;
        }
        if (value != null) {
            put(name, key, value);
        } else {
            remove(name, key);
        }
        return YES;
    }

    private void batch(ByteBuffer name, List<BatchedChange> changes, long masterNanos) {
        for (BatchedChange change : changes) {
            switch (change.op()) {
                case MapCommands.PUT -> put(name, change.key(), change.value());
                case MapCommands.PUT_EXPIRING ->
                    put(name, change.key(), change.value(), deadline(masterNanos, change.ttlNanos()));
                case MapCommands.REMOVE -> remove(name, change.key());
                case MapCommands.CLEAR -> clear(name);
                default -> throw new IllegalStateException(change + " was read and is not known");
            }
        }
    }

    private byte[] scan(ByteBuffer name, CommandReader in) {
        byte[] prefix = in.bytes("the prefix");
        int maxEntries = in.positive("the most entries");
        int maxBytes = in.positive("the most bytes");
        byte[] after = null;
        if (in.flag("whether there is a key to go on after")) {
            after = in.rest();
        } else {
            in.end();
        }
        TimedMap map = maps.get(name);
        return ScanPage.of(map == null ? new CowTree() : map.entries(), prefix, after, maxEntries, maxBytes);
    }

    private static byte[] optional(byte @Nullable [] value) {
        if (value == null) {
            return NO;
        }
        byte[] answer = new byte[1 + value.length];
        answer[0] = 1;
        System.arraycopy(value, 0, answer, 1, value.length);
        return answer;
    }
}
