package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.ResumablePut;
import io.holdfast.backup.directory.DirectoryRepository;
import io.holdfast.backup.directory.SteppedPut;
import io.holdfast.core.runtime.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The directory itself, on the node that has it: with a quota, for that node and for the others alike. */
final class OfferedDirectory implements BackupRepository {
    private final DirectoryRepository directory;
    private final Quota quota;

    OfferedDirectory(Path path, long maxBytes, Storage storage) {
        this(new DirectoryRepository(path, storage), maxBytes);
    }

    OfferedDirectory(DirectoryRepository directory, long maxBytes) {
        this.directory = directory;
        this.quota = new Quota(maxBytes, this::bytesThere);
    }

    private long bytesThere() {
        return directory.list("").stream().mapToLong(Stored::bytes).sum() + directory.bytesInPieces();
    }

    @Override
    public boolean putIfAbsent(String name, Content content) throws IOException {
        try (Put put = begin(name)) {
            if (put == null) {
                return false;
            }
            content.writeTo(put);
            return put.finish();
        }
    }

    /** As {@link DirectoryRepository#begin}. */
    @Nullable
    Put begin(String name) {
        DirectoryRepository.Put begun = directory.begin(name);
        return begun == null ? null : new Put(name, begun);
    }

    /** A put in steps, of one thread at a time. Once a step has failed, it is never stored: what comes later may fit, and would stand behind a hole. */
    final class Put extends OutputStream {
        private final String name;
        private final DirectoryRepository.Put put;
        private long bytes;
        private boolean failed;
        private boolean stored;

        private Put(String name, DirectoryRepository.Put put) {
            this.name = name;
            this.put = put;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            checkWhole();
            failed = true;
            quota.take(describe(), name, length);
            bytes += length;
            put.out().write(from, offset, length);
            failed = false;
        }

        private void checkWhole() {
            if (failed) {
                throw new BackupRepositoryException(
                        Reason.FAILED,
                        describe() + ", " + name + ": not all of it could be written, so it is not stored",
                        null);
            }
        }

        /** How many have been written. */
        long bytes() {
            return bytes;
        }

        boolean finish() {
            checkWhole();
            failed = true;
            stored = put.finish();
            failed = false;
            return stored;
        }

        @Override
        public void close() {
            quota.end(bytes, stored);
            bytes = 0;
            put.close();
        }
    }

    @Override
    public Optional<ResumablePut> resumable(String name, long bytes, String content) {
        return Optional.ofNullable(beginPieces(name, bytes, content));
    }

    /** As {@link DirectoryRepository#beginPieces}. */
    @Nullable
    SteppedPut beginPieces(String name, long bytes, String content) {
        synchronized (quota) { // what is there must not be counted while it is neither under way nor left
            SteppedPut begun = directory.beginPieces(name, bytes, content);
            return begun == null ? null : new QuotaPieces(describe(), name, begun, quota);
        }
    }

    @Override
    public InputStream read(String name, long offset) {
        return directory.read(name, offset);
    }

    @Override
    public long size(String name) {
        return directory.size(name);
    }

    @Override
    public List<Stored> list(String prefix) {
        return directory.list(prefix);
    }

    @Override
    public boolean delete(String name) {
        long bytes;
        try {
            bytes = directory.size(name);
        } catch (BackupRepositoryException failed) {
            if (failed.reason() == Reason.ABSENT) {
                return false;
            }
            throw failed;
        }
        boolean deleted = directory.delete(name);
        if (deleted) {
            quota.deleted(bytes);
        }
        return deleted;
    }

    @Override
    public int collectUnfinished(Duration silentFor) {
        return directory.collectUnfinished(silentFor);
    }

    @Override
    public String describe() {
        return directory.describe();
    }
}
