package io.holdfast.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A file's content: as it is, as it was last forced, and the writes in between. Pages that are all zero take no room. */
final class SimulatedInode {
    private static final int PAGE = 4096;
    private static final int SECTOR = 512;

    /** A write, or, without bytes, a change of size to {@code position}. */
    private record Change(long position, byte[] bytes) {
        boolean isTruncation() {
            return bytes.length == 0;
        }
    }

    private static final class Content {
        private final Map<Long, byte[]> pages = new HashMap<>();
        private long size;

        void write(byte[] bytes, int from, int to, long position) {
            for (int at = from; at < to; ) {
                long where = position + at;
                int inPage = (int) (where % PAGE);
                int length = Math.min(PAGE - inPage, to - at);
                byte[] page = pages.get(where / PAGE);
                if (page == null && !isZero(bytes, at, length)) {
                    page = new byte[PAGE];
                    pages.put(where / PAGE, page);
                }
                if (page != null) {
                    System.arraycopy(bytes, at, page, inPage, length);
                }
                at += length;
            }
            size = Math.max(size, position + to);
        }

        private static boolean isZero(byte[] bytes, int from, int length) {
            for (int i = from; i < from + length; i++) {
                if (bytes[i] != 0) {
                    return false;
                }
            }
            return true;
        }

        void truncate(long newSize) {
            if (newSize < size) {
                write(
                        new byte[(int) Math.min(PAGE, size - newSize)],
                        0,
                        (int) Math.min(PAGE - newSize % PAGE, size - newSize),
                        newSize);
                pages.keySet().removeIf(page -> page * PAGE >= newSize);
                size = newSize;
            }
        }

        void copyFrom(Content other) {
            pages.clear();
            other.pages.forEach((number, page) -> pages.put(number, page.clone()));
            size = other.size;
        }
    }

    private final Content current = new Content();
    private final Content durable = new Content();
    private final List<Change> unforced = new ArrayList<>();

    long size() {
        return current.size;
    }

    int read(ByteBuffer destination, long position) {
        int length = (int) Math.max(0, Math.min(destination.remaining(), current.size - position));
        for (int done = 0; done < length; ) {
            long where = position + done;
            int inPage = (int) (where % PAGE);
            int part = Math.min(PAGE - inPage, length - done);
            byte[] page = current.pages.get(where / PAGE);
            if (page == null) {
                destination.put(new byte[part]);
            } else {
                destination.put(page, inPage, part);
            }
            done += part;
        }
        return length;
    }

    void write(byte[] bytes, long position) {
        if (bytes.length > 0) {
            current.write(bytes, 0, bytes.length, position);
            unforced.add(new Change(position, bytes));
        }
    }

    void truncate(long size) {
        if (size < current.size) {
            current.truncate(size);
            unforced.add(new Change(size, new byte[0]));
        }
    }

    void force() {
        for (Change change : unforced) {
            apply(change);
        }
        unforced.clear();
    }

    private void apply(Change change) {
        if (change.isTruncation()) {
            durable.truncate(change.position());
        } else {
            durable.write(change.bytes(), 0, change.bytes().length, change.position());
        }
    }

    void flipBit(long byteAt, int bit) {
        byte[] one = new byte[1];
        read(ByteBuffer.wrap(one), byteAt);
        one[0] ^= (byte) (1 << bit);
        current.write(one, 0, 1, byteAt);
        durable.write(one, 0, 1, byteAt);
    }

    /** Returns how many writes were torn. */
    int losePower(SimulatedDisk.Fate fate, SplittableRandom random) {
        int torn = 0;
        for (Change change : unforced) {
            int what =
                    switch (fate) {
                        case KEPT -> 0;
                        case LOST -> 1;
                        case MIXED -> random.nextInt(3);
                    };
            if (what == 0) {
                apply(change);
            } else if (what == 2 && !change.isTruncation()) {
                torn++;
                tear(change, random);
            }
        }
        unforced.clear();
        current.copyFrom(durable);
        return torn;
    }

    /** Some sectors of the write are on the disk, others hold what was there before. */
    private void tear(Change change, SplittableRandom random) {
        boolean prefix = random.nextBoolean();
        int length = change.bytes().length;
        int until = random.nextInt(length + 1);
        for (int at = 0; at < length; ) {
            int end = (int) Math.min(length, at + SECTOR - (change.position() + at) % SECTOR);
            if (prefix ? at < until : random.nextBoolean()) {
                durable.write(change.bytes(), at, end, change.position());
            }
            at = end;
        }
    }
}
