package io.holdfast.verification.process;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Storage that keeps what has been written and not forced in this process's heap, so that SIGKILL loses what a power loss
 * would lose. Names of files are the system's at once; that unforced names get lost, too, is the simulator's to show.
 */
public final class HeapUntilForced implements Storage {
    private final Storage files;

    /** @param files where it goes with a force */
    public HeapUntilForced(Storage files) {
        this.files = files;
    }

    @Override
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        return new HeapFile(files.open(file, mode));
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        files.createDirectories(directory);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return files.exists(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return files.list(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        files.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        files.forceDirectory(directory);
    }

    @Override
    public AutoCloseable lock(Path directory) throws IOException {
        return files.lock(directory);
    }

    @Override
    public Space space(Path directory) throws IOException {
        return files.space(directory);
    }

    @Override
    public String fileSystemType(Path path) {
        return files.fileSystemType(path) + ", unforced bytes in heap";
    }

    private static final class HeapFile implements StorageFile {
        private record Write(long position, byte[] bytes) {}

        private final StorageFile file;
        private List<Write> unforced = new ArrayList<>();
        private long size;

        HeapFile(StorageFile file) throws IOException {
            this.file = file;
            this.size = file.size();
        }

        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public synchronized long size() {
            return size;
        }

        @Override
        public synchronized int read(ByteBuffer destination, long position) throws IOException {
            int length = (int) Math.max(0, Math.min(destination.remaining(), size - position));
            byte[] bytes = new byte[length];
            file.read(ByteBuffer.wrap(bytes), position);
            for (Write write : unforced) {
                long from = Math.max(position, write.position());
                long to = Math.min(position + length, write.position() + write.bytes().length);
                if (from < to) {
                    System.arraycopy(
                            write.bytes(), (int) (from - write.position()), bytes, (int) (from - position), (int)
                                    (to - from));
                }
            }
            destination.put(bytes);
            return length;
        }

        @Override
        public synchronized void write(ByteBuffer[] sources, long position) {
            long at = position;
            for (ByteBuffer source : sources) {
                int length = source.remaining();
                write(source, at);
                at += length;
            }
        }

        @Override
        public synchronized void write(ByteBuffer source, long position) {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            unforced.add(new Write(position, bytes));
            size = Math.max(size, position + bytes.length);
        }

        @Override
        public synchronized void force() throws IOException {
            for (Write write : unforced) {
                file.write(ByteBuffer.wrap(write.bytes()), write.position());
            }
            unforced = new ArrayList<>();
            file.force();
        }

        @Override
        public synchronized void truncate(long length) throws IOException {
            force();
            file.truncate(length);
            size = Math.min(size, length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
