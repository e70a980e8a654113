package io.holdfast.replication.structures;

import io.holdfast.core.spi.StateContents;
import io.holdfast.replication.StateSnapshot;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All maps at one moment: taken in a time that depends on how many maps there are and not on how large they are. The same
 * maps give the same bytes on every node.
 */
public final class MapSnapshot implements StateSnapshot {
    /** The format that {@link #writeTo} writes. */
    public static final int VERSION = 2;

    private static final byte[] FIRST_KEY = {};

    private static final long NONE = 0;

    private final List<TimedMap.Snapshot> maps;

    private MapSnapshot(List<TimedMap.Snapshot> maps) {
        this.maps = maps;
    }

    static MapSnapshot of(Collection<TimedMap> maps) {
        List<TimedMap.Snapshot> taken = new ArrayList<>(maps.size());
        maps.forEach(map -> taken.add(map.snapshot()));
        taken.sort((one, other) -> one.name().compareTo(other.name()));
        return new MapSnapshot(taken);
    }

    @Override
    public int version() {
        return VERSION;
    }

    /** Writes all of it; {@code out} should be buffered. Safe from any thread, beside changes of the maps. */
    @Override
    public void writeTo(OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        data.writeInt(maps.size());
        for (TimedMap.Snapshot map : maps) {
            byte[] name = new byte[map.name().remaining()];
            map.name().duplicate().get(name);
            write(data, name);
            data.writeLong(map.entries().size());
            writeEntries(data, map);
        }
        data.flush();
    }

    /** Deadlines are in the order of the keys, too, but not every key has one. */
    private static void writeEntries(DataOutputStream data, TimedMap.Snapshot map) throws IOException {
        CowTree.Cursor entries = map.entries().ceiling(FIRST_KEY);
        CowTree.Cursor deadlines = map.deadlines().ceiling(FIRST_KEY);
        boolean more = deadlines.advance();
        while (entries.advance()) {
            write(data, entries.key());
            write(data, entries.value());
            if (more && Arrays.equals(deadlines.key(), entries.key())) {
                data.write(deadlines.value());
                more = deadlines.advance();
            } else {
                data.writeLong(NONE);
            }
        }
    }

    private static void write(DataOutputStream data, byte[] bytes) throws IOException {
        data.writeInt(bytes.length);
        data.write(bytes);
    }

    /** What {@link #writeTo} wrote; nothing may be left over. */
    static Map<ByteBuffer, TimedMap> read(int version, InputStream in) throws IOException {
        checkVersion(version);
        DataInputStream data = new DataInputStream(in);
        Map<ByteBuffer, TimedMap> maps = new HashMap<>();
        for (int left = data.readInt(); left > 0; left--) {
            TimedMap map = new TimedMap(ByteBuffer.wrap(bytes(data)).asReadOnlyBuffer());
            long size = data.readLong();
            for (long i = 0; i < size; i++) {
                byte[] key = bytes(data);
                byte[] value = bytes(data);
                map.put(key, value, deadline(data));
            }
            long read = map.entries().size();
            if (size < 1 || read != size || maps.put(map.name(), map) != null) {
                throw new IOException("a map with " + read + " of " + size + " entries, or there twice");
            }
        }
        if (data.read() >= 0) {
            throw new IOException("bytes follow the last map");
        }
        return maps;
    }

    /**
     * Tells what {@link #writeTo} wrote, entry for entry; nothing may be left over.
     *
     * @param masterNanos the masters' time in the snapshot, from which on is counted how long an entry is there
     */
    public static void tell(int version, InputStream in, long masterNanos, StateContents.EntryVisitor each)
            throws IOException {
        checkVersion(version);
        DataInputStream data = new DataInputStream(in);
        for (int left = data.readInt(); left > 0; left--) {
            byte[] name = bytes(data);
            long size = data.readLong();
            if (size < 1) {
                throw new IOException("a map with " + size + " entries");
            }
            for (long i = 0; i < size; i++) {
                byte[] key = bytes(data);
                byte[] value = bytes(data);
                long deadline = deadline(data);
                long leftNanos = deadline == TimedMap.NO_DEADLINE ? 0 : Math.max(1, deadline - masterNanos);
                each.entry(new StateContents.Entry(name, key, value, leftNanos));
            }
        }
        if (data.read() >= 0) {
            throw new IOException("bytes follow the last map");
        }
    }

    private static void checkVersion(int version) throws IOException {
        if (version != VERSION) {
            throw new IOException("maps in format " + version + ", and this release reads " + VERSION);
        }
    }

    private static long deadline(DataInputStream data) throws IOException {
        long deadlineNanos = data.readLong();
        if (deadlineNanos < 0 || deadlineNanos == TimedMap.NO_DEADLINE) {
            throw new IOException("a deadline of " + deadlineNanos);
        }
        return deadlineNanos == NONE ? TimedMap.NO_DEADLINE : deadlineNanos;
    }

    private static byte[] bytes(DataInputStream data) throws IOException {
        int length = data.readInt();
        if (length < 0) {
            throw new IOException("a length of " + length);
        }
        byte[] bytes = data.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("a key or value is cut short");
        }
        return bytes;
    }
}
