package io.holdfast.testkit;

import io.holdfast.testkit.Unforced.Cut;
import io.holdfast.testkit.Unforced.Written;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A file's contents, twice: as the system shows them, and as they are on the disk; with what makes the difference. As in
 * a real system, whole pages go to the disk: a force takes the pages written since the last one, whatever they hold.
 */
final class SimulatedInode {
    private final PageTable current = new PageTable();
    private final PageTable durable = new PageTable();
    private final List<Unforced> unforced = new ArrayList<>();
    private long size;
    private long durableSize;

    long size() {
        return size;
    }

    int unforcedCount() {
        return unforced.size();
    }

    int read(ByteBuffer destination, long position) {
        int length = (int) Math.max(0, Math.min(destination.remaining(), size - position));
        int done = 0;
        while (done < length) {
            long at = position + done;
            int within = (int) (at % PageTable.PAGE);
            int chunk = Math.min(PageTable.PAGE - within, length - done);
            destination.put(current.page((int) (at / PageTable.PAGE)), within, chunk);
            done += chunk;
        }
        return length;
    }

    void write(long position, byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        boolean zeros = PageTable.isZeros(bytes);
        unforced.add(new Written(position, bytes.length, zeros ? new byte[0] : bytes));
        if (zeros) {
            current.zero(position, bytes.length, durable);
        } else {
            current.write(position, bytes, 0, bytes.length, durable);
        }
        size = Math.max(size, position + bytes.length);
    }

    void truncate(long newSize) {
        if (newSize < size) {
            unforced.add(new Cut(size, newSize));
            current.zero(newSize, size - newSize, durable);
            size = newSize;
        }
    }

    void force() {
        for (Unforced change : unforced) {
            if (change instanceof Written written) {
                durable.share(current, written.position(), written.length());
            } else if (change instanceof Cut cut) {
                durable.share(current, cut.toSize(), cut.fromSize() - cut.toSize());
            }
        }
        unforced.clear();
        durableSize = size;
    }

    /** A force failed: the system takes the pages for clean, and will not write them again unless they change. */
    void forceFailed() {
        unforced.clear();
    }

    void flip(long offset, int bit) {
        flip(current, durable, offset, bit);
        // If the page was shared, both tables had one array, and the first flip has made a copy: the other follows.
        if (offset < durableSize) {
            flip(durable, current, offset, bit);
        }
    }

    private static void flip(PageTable table, PageTable other, long offset, int bit) {
        byte old = table.page((int) (offset / PageTable.PAGE))[(int) (offset % PageTable.PAGE)];
        table.write(offset, new byte[] {(byte) (old ^ (1 << bit))}, 0, 1, other);
    }

    void crash(CrashMode mode, SplittableRandom random) {
        switch (mode) {
            case ALL_LOST -> unforced.clear();
            case ALL_KEPT -> force();
            case MIXED -> {
                new TornWrites(unforced, random).applyTo(this);
                unforced.clear();
            }
        }
        current.shareAll(durable);
        size = durableSize;
    }

    /** Some bytes of a write reach the disk. Only within {@link #crash}. */
    void reachDisk(Written written, long from, long to) {
        int length = (int) (to - from);
        if (written.isZeros()) {
            durable.zero(from, length, current);
        } else {
            durable.write(from, written.data(), (int) (from - written.position()), length, current);
        }
        durableSize = Math.max(durableSize, to);
    }

    /** A cut reaches the disk. Only within {@link #crash}. */
    void reachDisk(Cut cut) {
        if (cut.toSize() < durableSize) {
            durable.zero(cut.toSize(), durableSize - cut.toSize(), current);
            durableSize = cut.toSize();
        }
    }
}
