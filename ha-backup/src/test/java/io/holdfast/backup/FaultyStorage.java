package io.holdfast.backup;

import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Real files whose writing calls are counted, and fail from a number on. Forces nothing: no test loses power. */
public final class FaultyStorage implements Storage {
    /** What a failing call throws. */
    @FunctionalInterface
    public interface Fault {
        IOException of(String call);
    }

    private final Storage files = Storage.files();
    private final Fault fault;
    private final int left;
    private final boolean once;
    private int calls;

    /** The calls up to {@code left} succeed; all later ones fail, or only the next one of them. */
    public FaultyStorage(int left, boolean once, Fault fault) {
        this.left = left;
        this.once = once;
        this.fault = fault;
    }

    public static FaultyStorage full(int left) {
        return new FaultyStorage(left, true, call -> new NoSpaceException(call + ": No space left on device"));
    }

    /** One that never fails. */
    public static FaultyStorage roomy() {
        return full(Integer.MAX_VALUE);
    }

    public int calls() {
        return calls;
    }

    private void step(String call) throws IOException {
        boolean fails = once ? calls == left : calls >= left;
        calls++;
        if (fails) {
            throw fault.of(call);
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        step("createDirectories");
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
        if (mode == OpenMode.READ) {
            return files.open(file, mode);
        }
        step("open");
        return new Faulty(files.open(file, mode));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step("rename");
        files.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        step("delete");
        files.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        step("forceDirectory");
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

    private final class Faulty implements StorageFile {
        private final StorageFile file;

        private Faulty(StorageFile file) {
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
            step("write");
            file.write(sources, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            step("write");
            file.write(source, position);
        }

        @Override
        public void force() throws IOException {
            step("force");
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
