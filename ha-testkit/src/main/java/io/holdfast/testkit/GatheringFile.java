package io.holdfast.testkit;

import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.Storage.AppendMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An open file whose writes stay in the process until a force, as the real storage's, which writes round the system's
 * cache; in {@code WRITE_THROUGH} large ones until a flush, and all behind them. What has gathered dies with the process, save for what a force under way may have brought to the file. A force
 * writes whole blocks; what lies behind the end of a write within its last block becomes zero.
 */
final class GatheringFile implements StorageFile {
    private static final int BLOCK = 4096;

    /** Bytes that lie one after the other. */
    private static final class Extent {
        private final long start;
        private byte[] bytes = new byte[0];

        Extent(long start) {
            this.start = start;
        }

        long end() {
            return start + bytes.length;
        }

        void append(byte[] more) {
            int length = bytes.length;
            bytes = Arrays.copyOf(bytes, length + more.length);
            System.arraycopy(more, 0, bytes, length, more.length);
        }

        /** How many of the file's blocks it touches. */
        long blocks() {
            return (end() + BLOCK - 1) / BLOCK - start / BLOCK;
        }

        /** What lies in so many of those, the last one to its end. */
        byte[] firstBlocks(long count) {
            byte[] all = padded();
            long length = count == 0 ? 0 : (start / BLOCK + count) * BLOCK - start;
            return length >= all.length ? all : Arrays.copyOf(all, (int) length);
        }

        /** Up to the end of its last block. */
        byte[] padded() {
            return Arrays.copyOf(bytes, Math.toIntExact((end() + BLOCK - 1) / BLOCK * BLOCK - start));
        }
    }

    /** Smaller than the real one, so that simulated load comes to it. */
    private static final int LARGE_BYTES = 1 << 10;

    private final AppendMode mode;
    private final SimulatedFile file;
    private final SimulatedInode inode;
    private final SimulatedStorage disk;
    private final List<Extent> gathered = new ArrayList<>();
    private int writes;
    private boolean failed;

    GatheringFile(AppendMode mode, SimulatedFile file, SimulatedInode inode, SimulatedStorage disk) {
        this.mode = mode;
        this.file = file;
        this.inode = inode;
        this.disk = disk;
    }

    boolean isOf(SimulatedInode other) {
        return inode.equals(other);
    }

    /** How many writes no force has taken. */
    int gatheredWrites() {
        return writes;
    }

    @Override
    public Path path() {
        return file.path();
    }

    @Override
    public long size() throws IOException {
        long size = file.size();
        for (Extent extent : gathered) {
            size = Math.max(size, extent.end());
        }
        return size;
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
        int length = (int) Math.max(0, Math.min(destination.remaining(), size() - position));
        byte[] bytes = new byte[length];
        file.read(ByteBuffer.wrap(bytes), position);
        for (Extent extent : gathered) {
            long from = Math.max(position, extent.start);
            long to = Math.min(position + length, extent.end());
            if (from < to) {
                System.arraycopy(
                        extent.bytes, (int) (from - extent.start), bytes, (int) (from - position), (int) (to - from));
            }
        }
        destination.put(bytes);
        return length;
    }

    @Override
    public void write(ByteBuffer[] sources, long position) throws IOException {
        byte[] bytes = SimulatedFile.bytes(sources);
        file.check("cannot write " + bytes.length + " bytes at byte " + position + " of " + path(), true);
        checkUsable();
        if (bytes.length == 0) {
            return;
        }
        if (mode == AppendMode.WRITE_THROUGH && !holdsBack() && bytes.length < LARGE_BYTES) {
            file.write(ByteBuffer.wrap(bytes), position);
            return;
        }
        Extent last = gathered.isEmpty() ? null : gathered.get(gathered.size() - 1);
        if (last == null || position < last.end() || position >= last.end() + BLOCK) {
            last = new Extent(position);
            gathered.add(last);
        }
        last.append(new byte[(int) (position - last.end())]); // records are aligned
        last.append(bytes);
        writes++;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        write(new ByteBuffer[] {source}, position);
    }

    private void checkUsable() throws IOException {
        if (failed) {
            throw new IOException(
                    "cannot use " + path() + ": an earlier force failed; what was written since may be lost");
        }
    }

    @Override
    public boolean holdsBack() {
        return !gathered.isEmpty();
    }

    @Override
    public void flush() throws IOException {
        file.check("cannot write " + path(), true);
        checkUsable();
        try {
            for (Extent extent : gathered) {
                file.write(ByteBuffer.wrap(extent.padded()), extent.start);
            }
        } catch (NoSpaceException e) {
            throw e; // what has gathered stays, and may be tried again
        } catch (IOException e) {
            failed = true;
            throw e;
        }
        forget();
    }

    @Override
    public void force() throws IOException {
        file.check("cannot force " + path(), false);
        flush();
        try {
            file.force();
        } catch (IOException e) {
            failed = true;
            throw e;
        }
    }

    /** Forces first: what has gathered would otherwise come back. */
    @Override
    public void truncate(long size) throws IOException {
        force();
        file.truncate(size);
    }

    /** The process is killed. A force may have been under way, and have come to any block. */
    void killed(SplittableRandom random) {
        if (random.nextBoolean()) {
            long left = random.nextLong(
                    1 + gathered.stream().mapToLong(Extent::blocks).sum());
            for (Extent extent : gathered) {
                inode.write(extent.start, extent.firstBlocks(left));
                left = Math.max(0, left - extent.blocks());
            }
        }
        forget();
    }

    /** The power goes, perhaps in the midst of a force: then the disk decides about what the force brought. */
    void powerLost(CrashMode mode) {
        if (mode != CrashMode.ALL_LOST) {
            for (Extent extent : gathered) {
                inode.write(extent.start, extent.padded());
            }
        }
        forget();
    }

    private void forget() {
        gathered.clear();
        writes = 0;
    }

    /** Forces nothing. */
    @Override
    public void close() {
        forget();
        disk.closed(this);
        file.close();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
