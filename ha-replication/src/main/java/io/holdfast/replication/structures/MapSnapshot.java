package io.holdfast.replication.structures;

import io.holdfast.replication.StateSnapshot;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All maps at one moment: taken in a time that depends on how many maps there are and not on how large they are. The same
 * maps give the same bytes on every node.
 */
public final class MapSnapshot implements StateSnapshot {
    /** The format that {@link #writeTo} writes. */
    public static final int VERSION = 1;

    private static final byte[] FIRST_KEY = {};

    private record Named(ByteBuffer name, CowTree.Snapshot entries) {}

    private final List<Named> maps;

    private MapSnapshot(List<Named> maps) {
        this.maps = maps;
    }

    static MapSnapshot of(Map<ByteBuffer, CowTree> maps) {
        List<Named> named = new ArrayList<>(maps.size());
        maps.forEach((name, tree) -> named.add(new Named(name.duplicate(), tree.snapshot())));
        named.sort((one, other) -> one.name().compareTo(other.name()));
        return new MapSnapshot(named);
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
        for (Named map : maps) {
            byte[] name = new byte[map.name().remaining()];
            map.name().duplicate().get(name);
            write(data, name);
            data.writeLong(map.entries().size());
            CowTree.Cursor cursor = map.entries().ceiling(FIRST_KEY);
            while (cursor.advance()) {
                write(data, cursor.key());
                write(data, cursor.value());
            }
        }
        data.flush();
    }

    private static void write(DataOutputStream data, byte[] bytes) throws IOException {
        data.writeInt(bytes.length);
        data.write(bytes);
    }

    /** What {@link #writeTo} wrote; nothing may be left over. */
    static Map<ByteBuffer, CowTree> read(int version, InputStream in) throws IOException {
        if (version != VERSION) {
            throw new IOException("maps in format " + version + ", and this release reads " + VERSION);
        }
        DataInputStream data = new DataInputStream(in);
        Map<ByteBuffer, CowTree> maps = new HashMap<>();
        for (int left = data.readInt(); left > 0; left--) {
            ByteBuffer name = ByteBuffer.wrap(bytes(data));
            CowTree tree = new CowTree();
            long size = data.readLong();
            for (long i = 0; i < size; i++) {
                byte[] key = bytes(data);
                tree.put(key, bytes(data));
            }
            if (size < 1 || tree.size() != size || maps.put(name, tree) != null) {
                throw new IOException("a map with " + tree.size() + " of " + size + " entries, or there twice");
            }
        }
        if (data.read() >= 0) {
            throw new IOException("bytes follow the last map");
        }
        return maps;
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
