package io.holdfast.backup.restore;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A repository that is only read, by a thread of its own, and that fails rather than hang: a file server that is mounted "hard" and gone returns from
 * no call, and cannot be interrupted. That thread is left to its call then, and nothing more is asked of the repository until it returns.
 * While it is waited for, whoever waits is asked whether he still does. For one thread.
 */
final class BoundedRepository implements BackupRepository, AutoCloseable {
    private static final int CHUNK_BYTES = 256 << 10;

    private final BackupRepository repository;
    private final Limit limit;
    private final Runnable goesOn;
    private final ExecutorService thread;
    private boolean hangs;

    /**
     * How long a call may take.
     *
     * @param looks how many times it is looked
     * @param every how long after each other
     */
    record Limit(int looks, Duration every) {
        /** As a layer's. */
        static final Limit USUAL = new Limit(150, Duration.ofSeconds(1));

        @Override
        public String toString() {
            return every.multipliedBy(looks).toSeconds() + " s";
        }
    }

    /** @param goesOn asked while a call is waited for; what it throws ends the waiting */
    BoundedRepository(BackupRepository repository, Limit limit, Runnable goesOn) {
        this.repository = repository;
        this.limit = limit;
        this.goesOn = goesOn;
        this.thread = Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(work, "holdfast-seed-" + repository.describe());
            made.setDaemon(true);
            return made;
        });
    }

    private <T> T call(String name, Callable<T> work) throws IOException {
        if (hangs) {
            throw hanging(name);
        }
        Future<T> result = thread.submit(work);
        for (int look = 0; look < limit.looks(); look++) {
            try {
                return result.get(limit.every().toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException later) {
                goesOn.run();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted while " + describe() + " was waited for");
            } catch (ExecutionException failed) {
                throw rethrown(name, Objects.requireNonNull(failed.getCause()));
            }
        }
        hangs = true;
        throw hanging(name);
    }

    private BackupRepositoryException hanging(String name) {
        return new BackupRepositoryException(
                Reason.UNAVAILABLE,
                describe() + ", " + name + ": a call has not returned for " + limit + ", so it is taken for gone",
                null);
    }

    private IOException rethrown(String name, @Nullable Throwable cause) {
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        } else if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof IOException checked ? checked : new IOException(describe() + ", " + name, cause);
    }

    private <T> T quiet(String name, Callable<T> work) {
        try {
            return call(name, work);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public InputStream read(String name, long offset) {
        return new Input(name, quiet(name, () -> repository.read(name, offset)));
    }

    @Override
    public long size(String name) {
        return quiet(name, () -> repository.size(name));
    }

    @Override
    public List<Stored> list(String prefix) {
        return quiet(prefix, () -> repository.list(prefix));
    }

    @Override
    public boolean putIfAbsent(String name, Content content) {
        throw new UnsupportedOperationException("it is only read");
    }

    @Override
    public boolean delete(String name) {
        throw new UnsupportedOperationException("it is only read");
    }

    @Override
    public int collectUnfinished(Duration silentFor) {
        throw new UnsupportedOperationException("it is only read");
    }

    @Override
    public String describe() {
        return repository.describe();
    }

    /** A call that hangs goes on hanging, and its thread ends with it. */
    @Override
    public void close() {
        thread.shutdown();
    }

    /** Reads ahead by chunks of its own, which a call that comes back too late may still write to. */
    private final class Input extends InputStream {
        private final String name;
        private final InputStream in;
        private final byte[] chunk = new byte[CHUNK_BYTES];
        private int at;
        private int filled;

        Input(String name, InputStream in) {
            this.name = name;
            this.in = in;
        }

        private boolean fill() throws IOException {
            if (at == filled) {
                at = 0;
                filled = 0;
                filled = Math.max(0, call(name, () -> in.read(chunk)));
            }
            return at < filled;
        }

        @Override
        public int read() throws IOException {
            return fill() ? chunk[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, filled - at);
            System.arraycopy(chunk, at, into, offset, count);
            at += count;
            return count;
        }

        @Override
        public void close() {
            try {
                thread.execute(() -> {
                    try {
                        in.close();
                    } catch (IOException onlyRead) {
                        // Nothing is lost by that.
                    }
                });
            } catch (RejectedExecutionException ended) {
                // With the thread.
            }
        }
    }
}
