package io.holdfast.backup.plan;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.ResumablePut;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A layer's repository, which tells the job of the calling thread when that is in one of its calls: time that a source takes for the
 * content of an object is not the repository's. Threads without a job are let pass. Safe from any thread.
 */
final class CallWatch implements BackupRepository {
    /** Which thread works at what; one for all layers of a node. */
    static final class Threads {
        private final Map<Thread, JobWatch> jobs = new ConcurrentHashMap<>();

        /** The calling thread works at that from now on. */
        void begin(JobWatch job) {
            jobs.put(Thread.currentThread(), job);
        }

        /** It does not any more. */
        void end() {
            jobs.remove(Thread.currentThread());
        }

        private @Nullable JobWatch mine() {
            return jobs.get(Thread.currentThread());
        }
    }

    private final String layer;
    private final BackupRepository repository;
    private final Threads threads;

    CallWatch(String layer, BackupRepository repository, Threads threads) {
        this.layer = layer;
        this.repository = repository;
        this.threads = threads;
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws IOException;
    }

    private void enter() {
        JobWatch job = threads.mine();
        if (job != null) {
            job.enters(layer);
        }
    }

    private void leave() {
        JobWatch job = threads.mine();
        if (job != null) {
            job.leaves();
        }
    }

    private <T> T within(Call<T> call) throws IOException {
        enter();
        try {
            return call.run();
        } finally {
            leave();
        }
    }

    private <T> T quietly(Supplier<T> call) {
        enter();
        try {
            return call.get();
        } finally {
            leave();
        }
    }

    @Override
    public boolean putIfAbsent(String name, Content content) throws IOException {
        return within(() -> repository.putIfAbsent(name, outside(content)));
    }

    @Override
    public Optional<ResumablePut> resumable(String name, long bytes, String content) {
        return quietly(() -> repository.resumable(name, bytes, content)).map(WatchedPieces::new);
    }

    @Override
    public InputStream read(String name, long offset) {
        InputStream opened = quietly(() -> repository.read(name, offset));
        return new FilterInputStream(opened) {
            @Override
            public int read() throws IOException {
                return within(in::read);
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                return within(() -> in.read(bytes, from, length));
            }

            @Override
            public void close() throws IOException {
                enter();
                try {
                    in.close();
                } finally {
                    leave();
                }
            }
        };
    }

    @Override
    public long size(String name) {
        return quietly(() -> repository.size(name));
    }

    @Override
    public List<Stored> list(String prefix) {
        return quietly(() -> repository.list(prefix));
    }

    @Override
    public boolean delete(String name) {
        return quietly(() -> repository.delete(name));
    }

    @Override
    public int collectUnfinished(Duration silentFor) {
        return quietly(() -> repository.collectUnfinished(silentFor));
    }

    @Override
    public String describe() {
        return repository.describe();
    }

    private final class WatchedPieces implements ResumablePut {
        private final ResumablePut pieces;

        private WatchedPieces(ResumablePut pieces) {
            this.pieces = pieces;
        }

        @Override
        public long pieceBytes() {
            return pieces.pieceBytes();
        }

        @Override
        public List<Piece> kept() {
            return pieces.kept();
        }

        @Override
        public void put(Content piece) throws IOException {
            within(() -> {
                pieces.put(outside(piece));
                return true;
            });
        }

        @Override
        public long prepare() {
            return quietly(pieces::prepare);
        }

        @Override
        public boolean publish() {
            return quietly(pieces::publish);
        }

        @Override
        public void discard() {
            quietly(() -> {
                pieces.discard();
                return true;
            });
        }

        @Override
        public void close() {
            quietly(() -> {
                pieces.close();
                return true;
            });
        }
    }

    /** The content takes its own time, but for what it writes. */
    private Content outside(Content content) {
        return out -> {
            leave();
            try {
                content.writeTo(new Watched(out));
            } finally {
                enter();
            }
        };
    }

    private final class Watched extends OutputStream {
        private final OutputStream out;

        private Watched(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            enter();
            try {
                out.write(bytes, from, length);
            } finally {
                leave();
            }
        }

        @Override
        public void flush() throws IOException {
            enter();
            try {
                out.flush();
            } finally {
                leave();
            }
        }
    }
}
