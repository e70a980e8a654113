package io.holdfast.replication;

import io.holdfast.replication.structures.MapCommands;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Reads a map page by page, each when it is needed, as bytes. For one thread. */
final class ScanIterator implements Iterator<Map.Entry<byte[], byte[]>> {
    private static final int PAGE_ENTRIES = 512;
    private static final int PAGE_BYTES = 128 << 10;

    private final RawMap map;
    private final byte[] prefix;
    private final ArrayDeque<Map.Entry<byte[], byte[]>> page = new ArrayDeque<>();
    private byte @Nullable [] last;
    private boolean more = true;

    ScanIterator(RawMap map, byte[] prefix) {
        this.map = map;
        this.prefix = prefix;
    }

    @Override
    public boolean hasNext() {
        if (page.isEmpty() && more) {
            byte[] answer = map.read(MapCommands.scan(map.id(), prefix, last, PAGE_ENTRIES, PAGE_BYTES));
            more = MapCommands.page(answer, (key, value) -> page.add(Map.entry(key, value)));
            if (!page.isEmpty()) {
                last = page.getLast().getKey();
            }
        }
        return !page.isEmpty();
    }

    @Override
    public Map.Entry<byte[], byte[]> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.remove();
    }
}
