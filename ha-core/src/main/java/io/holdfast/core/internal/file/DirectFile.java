package io.holdfast.core.internal.file;

import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.Storage.AppendMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that is appended to, round the system's cache: what is written gathers in memory, and a flush or force brings it
 * to the disk in whole blocks, without a copy in the system's memory that nobody is going to read again. Writing costs a
 * copy and never blocks; a process that dies loses what had only gathered.
 *
 * <p>Where writes are to survive the process, small ones go through the cache at once, in which they are cheapest, unless
 * something has gathered that they must stay behind. A large one is dearer in the cache than on the disk: a page of memory
 * must be found for every block of it.
 *
 * <p>Reading sees everything that was written. It goes through the cache, as does all that is found in the file.
 */
final class DirectFile implements StorageFile {
    /** Written and not known to be in the file: whole blocks from {@code start}, the last one perhaps in part. */
    private record Extent(long start, ByteBuffer bytes) {
        long end() {
            return start + bytes.position();
        }
    }

    /** From this size on, the cache costs more than the disk does; measured, see docs/decisions/0006. */
    private static final int LARGE_BYTES = 128 << 10;
    /** And behind a large write, after which the cache would have to read the block at its end first. */
    private static final int LARGE_AGAIN_BYTES = 64 << 10;

    private final AppendMode mode;
    private final ChannelFile cached;
    private final BlockWriter blocks;
    private final AlignedBuffers buffers;
    private final int block;
    private final Object forcing = new Object();

    // Guarded by this.
    private @Nullable Extent filling;
    private List<Extent> waiting = new ArrayList<>();
    private List<Extent> flushing = List.of();
    /** What the last forced block holds, if it is not full: the next write goes on there. */
    private Extent tail;

    private volatile @Nullable IOException failure;

    /**
     * A file that both arguments have open.
     *
     * @param cached to read by
     * @param blocks in {@link AppendMode#GATHER}, returns from a write when it is on the disk
     */
    DirectFile(AppendMode mode, ChannelFile cached, BlockWriter blocks) {
        this.mode = mode;
        this.cached = cached;
        this.blocks = blocks;
        this.buffers = blocks.buffers();
        this.block = buffers.blockBytes();
        this.tail = new Extent(-1, ByteBuffer.allocate(block));
    }

    @Override
    public Path path() {
        return cached.path();
    }

    @Override
    public long size() throws IOException {
        long size = cached.size();
        synchronized (this) {
            for (Extent extent : unforced()) {
                size = Math.max(size, extent.end());
            }
        }
        return size;
    }

    /** In the order of writing. */
    private List<Extent> unforced() {
        List<Extent> all = new ArrayList<>(flushing);
        all.addAll(waiting);
        if (filling != null) {
            all.add(filling);
        }
        return all;
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
        int start = destination.position();
        int wanted = destination.remaining();
        // Copied first: what reaches the file while it is read is then seen one way or the other.
        List<Extent> over = overlapping(position, position + wanted);
        int read = cached.read(destination, position);
        for (Extent extent : over) {
            int at = (int) (extent.start() - position);
            int length = extent.bytes().position();
            if (at > read) {
                destination.put(start + read, new byte[at - read]); // a hole
            }
            destination.put(start + at, extent.bytes(), 0, length);
            read = Math.max(read, at + length);
        }
        destination.position(start + read);
        return read;
    }

    /** Copies of what is unforced within the range. */
    private synchronized List<Extent> overlapping(long from, long to) {
        List<Extent> found = new ArrayList<>();
        for (Extent extent : unforced()) {
            long first = Math.max(from, extent.start());
            int length = (int) (Math.min(to, extent.end()) - first);
            if (length > 0) {
                ByteBuffer copy = ByteBuffer.allocate(length);
                copy.put(0, extent.bytes(), (int) (first - extent.start()), length)
                        .position(length);
                found.add(new Extent(first, copy));
            }
        }
        return found;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        write(new ByteBuffer[] {source}, position);
    }

    @Override
    public void write(ByteBuffer[] sources, long position) throws IOException {
        checkUsable();
        int length = 0;
        for (ByteBuffer source : sources) {
            length = Math.addExact(length, source.remaining());
        }
        if (length == 0) {
            return;
        }
        synchronized (this) {
            if (mode == AppendMode.WRITE_THROUGH && isSmall(position, length) && !holdsBack()) {
                tail = new Extent(-1, tail.bytes());
                cached.write(sources, position);
                return;
            }
            ByteBuffer to = room(position, length);
            for (ByteBuffer source : sources) {
                to.put(source);
            }
        }
    }

    private boolean isSmall(long position, int length) {
        boolean goesOn = tail.start() >= 0 && position - tail.end() >= 0 && position - tail.end() < block;
        return length < (goesOn ? LARGE_AGAIN_BYTES : LARGE_BYTES);
    }

    @Override
    public synchronized boolean holdsBack() {
        return filling != null || !waiting.isEmpty() || !flushing.isEmpty();
    }

    private ByteBuffer room(long position, int length) throws IOException {
        Extent open = filling;
        long gap = open == null ? -1 : position - open.end();
        if (open == null || gap < 0 || gap >= block) {
            if (open != null) {
                waiting.add(open);
            }
            open = begin(position, length);
            gap = 0;
        } else if (open.bytes().remaining() < gap + length) {
            int needed = open.bytes().position() + (int) gap + length;
            ByteBuffer larger = buffers.take(Math.max(2 * open.bytes().capacity(), needed));
            larger.put(open.bytes().flip());
            buffers.giveBack(open.bytes());
            open = new Extent(open.start(), larger);
        }
        filling = open;
        for (; gap > 0; gap--) {
            open.bytes().put((byte) 0); // records are aligned
        }
        return open.bytes();
    }

    /** Begins in the midst of a block with what that holds already. */
    private Extent begin(long position, int length) throws IOException {
        long start = position & -block;
        int before = (int) (position - start);
        Extent begun = new Extent(start, buffers.take(before + length));
        if (before > 0) {
            if (tail.start() == start && tail.bytes().position() <= before) {
                begun.bytes().put(tail.bytes().duplicate().flip());
                while (begun.bytes().position() < before) {
                    begun.bytes().put((byte) 0);
                }
            } else {
                ByteBuffer there = ByteBuffer.allocate(before);
                read(there, start); // short at the file's end: zeros
                begun.bytes().put(there.clear());
            }
        }
        return begun;
    }

    /** Writes what has gathered. After a failure, but for want of space, every later call fails too. */
    @Override
    public void force() throws IOException {
        boolean wrote = writeGathered();
        if (mode == AppendMode.GATHER && wrote) {
            return; // O_DSYNC
        }
        try {
            // Not only what was written here: what was found in the file may be in the system's cache alone.
            Uninterrupted.call(() -> {
                blocks.force();
                return wrote;
            });
        } catch (IOException failed) {
            failure = failed;
            throw failure("cannot force", failed);
        }
    }

    @Override
    public void flush() throws IOException {
        writeGathered();
    }

    /** False if nothing had gathered. */
    private boolean writeGathered() throws IOException {
        synchronized (forcing) {
            checkUsable();
            List<Extent> all = gathered();
            try {
                Uninterrupted.call(() -> {
                    for (Extent extent : all) {
                        // A reader may look at the original's position meanwhile.
                        blocks.write(extent.bytes().duplicate(), extent.start());
                    }
                    return all;
                });
            } catch (IOException failed) {
                IOException told = WriteFailure.of("cannot write " + path(), path(), failed);
                if (told instanceof NoSpaceException) {
                    takeBack(all);
                } else {
                    failure = failed;
                }
                throw told;
            }
            synchronized (this) {
                flushing = List.of();
            }
            all.forEach(extent -> buffers.giveBack(extent.bytes()));
            return !all.isEmpty();
        }
    }

    /** There was no room for all of it: the next force begins with it again. */
    private synchronized void takeBack(List<Extent> all) {
        List<Extent> again = new ArrayList<>(all);
        again.addAll(waiting);
        waiting = again;
        flushing = List.of();
    }

    private synchronized List<Extent> gathered() {
        if (filling != null) {
            waiting.add(filling);
            keepTail(filling);
            filling = null;
        }
        flushing = waiting;
        waiting = new ArrayList<>();
        return flushing;
    }

    private void keepTail(Extent last) {
        int partial = blocks.within(last.bytes().position());
        tail = new Extent(last.end() - partial, tail.bytes().clear());
        tail.bytes()
                .put(0, last.bytes(), last.bytes().position() - partial, partial)
                .position(partial);
    }

    private void checkUsable() throws IOException {
        IOException earlier = failure;
        if (earlier != null) {
            throw failure("an earlier force failed, what was written since may be lost: cannot use", earlier);
        }
    }

    private IOException failure(String what, IOException cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new IOException(what + " " + path() + ": " + why, cause);
    }

    /** Forces first: what has gathered would otherwise come back. */
    @Override
    public void truncate(long size) throws IOException {
        force();
        synchronized (this) {
            tail = new Extent(-1, tail.bytes());
        }
        cached.truncate(size);
    }

    @Override
    public void close() throws IOException {
        try {
            blocks.close();
        } finally {
            cached.close();
        }
    }
}
