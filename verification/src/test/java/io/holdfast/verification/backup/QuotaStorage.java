package io.holdfast.verification.backup;

import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Real files on which only so much more can be written; what fits of a write is there. For one thread. */
final class QuotaStorage implements Storage {
    private final Storage files = Storage.files();
    private long room = Long.MAX_VALUE;

    /** So many bytes can be written from now on. */
    void room(long bytes) {
        room = bytes;
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
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        return new Limited(files.open(file, mode));
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
    public String fileSystemType(Path path) {
        return files.fileSystemType(path);
    }

    @Override
    public Space space(Path directory) throws IOException {
        return files.space(directory);
    }

    private final class Limited implements StorageFile {
        private final StorageFile file;

        private Limited(StorageFile file) {
            this.file = file;
        }

        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer destination, long position) throws IOException {
            return file.read(destination, position);
        }

        @Override
        public void write(ByteBuffer[] sources, long position) throws IOException {
            long at = position;
            for (ByteBuffer source : sources) {
                int length = source.remaining();
                write(source, at);
                at += length;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            if (source.remaining() > room) {
                source.limit(source.position() + (int) room);
                file.write(source, position);
                room = 0;
                throw new NoSpaceException(file.path() + ": No space left on device");
            }
            room -= source.remaining();
            file.write(source, position);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
