package io.holdfast.replication.structures;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes one page of a scan. Whatever the caller asks for, a page is small enough not to keep the loop, which it is made
 * on, from heartbeats; the first entry is given whatever its size, so that a scan always gets on.
 */
final class ScanPage {
    static final int MAX_ENTRIES = 1_024;
    static final int MAX_BYTES = 256 << 10;

    private ScanPage() {}

    static byte[] of(CowTree map, byte[] prefix, byte @Nullable [] after, int maxEntries, int maxBytes) {
        CowTree.Cursor cursor = map.ceiling(start(prefix, after));
        List<byte[]> fields = new ArrayList<>();
        int mostFields = 2 * Math.min(maxEntries, MAX_ENTRIES);
        int mostBytes = Math.min(maxBytes, MAX_BYTES);
        int bytes = 0;
        boolean more = false;
        while (cursor.advance() && startsWith(cursor.key(), prefix)) {
            int entry = 2 * Integer.BYTES + cursor.key().length + cursor.value().length;
            if (fields.size() == mostFields || (!fields.isEmpty() && bytes + entry > mostBytes)) {
                more = true;
                break;
            }
            fields.add(cursor.key());
            fields.add(cursor.value());
            bytes += entry;
        }
        ByteBuffer answer = ByteBuffer.allocate(1 + bytes).put((byte) (more ? 1 : 0));
        for (byte[] field : fields) {
            answer.putInt(field.length).put(field);
        }
        return answer.array();
    }

    /** The first key that may be on the page. */
    private static byte[] start(byte[] prefix, byte @Nullable [] after) {
        if (after == null || Arrays.compareUnsigned(after, prefix) < 0) {
            return prefix;
        }
        return Arrays.copyOf(after, after.length + 1); // with a zero more it is the next key in the order
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
