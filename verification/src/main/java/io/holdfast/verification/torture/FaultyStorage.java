package io.holdfast.verification.torture;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Storage with {@link DiskFaults}. */
final class FaultyStorage implements Storage {
    private final Storage files;
    private final DiskFaults faults;

    FaultyStorage(Storage files, DiskFaults faults) {
        this.files = files;
        this.faults = faults;
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        files.createDirectories(directory);
    }

    @Override
    public Space space(Path directory) throws IOException {
        return files.space(directory);
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
        beforeOpening(file, mode);
        return new FaultyFile(files.open(file, mode));
    }

    @Override
    public StorageFile openForAppending(Path file, OpenMode mode, AppendMode appending) throws IOException {
        beforeOpening(file, mode);
        return new FaultyFile(files.openForAppending(file, mode, appending));
    }

    private void beforeOpening(Path file, OpenMode mode) throws IOException {
        if (mode == OpenMode.CREATE) {
            faults.beforeGrowing(file);
        }
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
        faults.beforeForcing(directory);
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

    private final class FaultyFile implements StorageFile {
        private final StorageFile file;

        FaultyFile(StorageFile file) {
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
            long length = 0;
            for (ByteBuffer source : sources) {
                length += source.remaining();
            }
            beforeWriting(position + length);
            file.write(sources, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            beforeWriting(position + source.remaining());
            file.write(source, position);
        }

        private void beforeWriting(long end) throws IOException {
            if (end > file.size()) {
                faults.beforeGrowing(file.path());
            }
        }

        @Override
        public boolean holdsBack() {
            return file.holdsBack();
        }

        @Override
        public void flush() throws IOException {
            file.flush();
        }

        @Override
        public void force() throws IOException {
            faults.beforeForcing(file.path());
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
