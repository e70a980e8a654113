package io.holdfast.testkit;

import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** An open file of a simulated disk. */
final class SimulatedFile implements StorageFile {
    private final NodeStorage storage;
    private final Path path;
    private final SimulatedInode inode;
    private final boolean writable;
    private boolean closed;
    private boolean forceFailed;

    SimulatedFile(NodeStorage storage, Path path, SimulatedInode inode, boolean writable) {
        this.storage = storage;
        this.path = path;
        this.inode = inode;
        this.writable = writable;
    }

    @Override
    public Path path() {
        return path;
    }

    void check(String what, boolean writes) throws IOException {
        if (closed) {
            throw new IOException(what + ": the file is closed");
        }
        if (writes && !writable) {
            throw new IOException(what + ": the file is open for reading only");
        }
        storage.checkAlive(what);
    }

    @Override
    public long size() throws IOException {
        check("cannot tell the size of " + path, false);
        return inode.size();
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
        check("cannot read " + path + " at byte " + position, false);
        return inode.read(destination, position);
    }

    @Override
    public void write(ByteBuffer[] sources, long position) throws IOException {
        write(bytes(sources), position);
    }

    /** What is left in them, one after the other. */
    static byte[] bytes(ByteBuffer... sources) {
        int length = 0;
        for (ByteBuffer source : sources) {
            length += source.remaining();
        }
        byte[] bytes = new byte[length];
        int at = 0;
        for (ByteBuffer source : sources) {
            int chunk = source.remaining();
            source.get(bytes, at, chunk);
            at += chunk;
        }
        return bytes;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        write(bytes(source), position);
    }

    private void write(byte[] bytes, long position) throws IOException {
        storage.disk().changing();
        check("cannot write " + bytes.length + " bytes at byte " + position + " of " + path, true);
        storage.disk().faults().beforeWrite(path);
        long growth = Math.max(0, position + bytes.length - inode.size());
        long missing = growth - storage.disk().fitting(growth);
        if (missing > 0) {
            // As a real system does, it writes what fits.
            int fitting = (int) Math.max(0, bytes.length - missing);
            inode.write(position, Arrays.copyOf(bytes, fitting));
            throw new NoSpaceException("cannot write " + bytes.length + " bytes at byte " + position + " of " + path
                    + ": No space left on device");
        }
        inode.write(position, bytes);
    }

    @Override
    public void force() throws IOException {
        storage.disk().changing();
        check("cannot force " + path, false);
        if (forceFailed) {
            throw new IOException(
                    "cannot force " + path + ": an earlier force failed; what was written since may be lost");
        }
        try {
            storage.disk().faults().beforeForce(path);
        } catch (IOException failed) {
            forceFailed = true;
            inode.forceFailed();
            throw failed;
        }
        inode.force();
    }

    @Override
    public void truncate(long size) throws IOException {
        storage.disk().changing();
        check("cannot cut " + path + " to " + size + " bytes", true);
        inode.truncate(size);
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return path + " of the " + storage.disk();
    }
}
