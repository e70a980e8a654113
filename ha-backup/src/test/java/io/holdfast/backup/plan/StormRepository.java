package io.holdfast.backup.plan;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.CalledPieces;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.ResumablePut;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A layer in a storm: it is away at times, its calls fail before or after they did anything, and processes die in their midst. A container
 * may be stored some calls after its put has failed.
 */
final class StormRepository {
    /** The process died in the midst of a call. */
    static final class Died extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** One process, which does nothing more once it is dead. */
    static final class Life {
        private int diesAt = -1;
        private boolean dead;

        /** Dies at the call of that number from now on. */
        void dieAt(int calls) {
            diesAt = calls;
        }

        void kill() {
            dead = true;
        }

        boolean isDead() {
            return dead;
        }
    }

    final MemoryRepository objects = new MemoryRepository().inPieces(100);
    private final SplittableRandom random;
    private final String name;
    private boolean away;
    private double failing;
    private long calls;
    /** Whose callers have given them up. */
    private final Deque<Runnable> onTheirWay = new ArrayDeque<>();

    StormRepository(String name, SplittableRandom random) {
        this.name = name;
        this.random = random;
    }

    @Override
    public String toString() {
        return name;
    }

    void away(boolean is) {
        onTheirWay.forEach(Runnable::run);
        onTheirWay.clear();
        away = is;
    }

    void failing(double probability) {
        failing = probability;
    }

    long calls() {
        return calls;
    }

    /** As that process sees it. */
    BackupRepository seenBy(Life process) {
        return new Seen(process);
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws IOException;
    }

    private <T> T run(Life process, Call<T> call) throws IOException {
        calls++;
        die(process);
        if (away) {
            throw new BackupRepositoryException(Reason.UNAVAILABLE, name + " is away", null);
        }
        if (!onTheirWay.isEmpty() && random.nextInt(4) == 0) {
            onTheirWay.remove().run();
        }
        boolean fails = failing > 0 && random.nextDouble() < failing;
        if (fails && random.nextBoolean()) {
            throw new BackupRepositoryException(Reason.FAILED, name + " failed before", null);
        }
        T result = call.run();
        if (fails) {
            throw new BackupRepositoryException(Reason.FAILED, name + " failed after", null);
        }
        die(process);
        return result;
    }

    private static void die(Life process) {
        if (process.diesAt >= 0 && process.diesAt-- == 0) {
            process.dead = true;
        }
        if (process.dead) {
            throw new Died();
        }
    }

    private final class Seen implements BackupRepository {
        private final Life process;

        private Seen(Life process) {
            this.process = process;
        }

        private <T> T quiet(Call<T> call) {
            try {
                return run(process, call);
            } catch (IOException never) {
                throw new IllegalStateException(never);
            }
        }

        @Override
        public boolean putIfAbsent(String object, Content content) throws IOException {
            boolean late = object.startsWith("data/") && failing > 0 && random.nextDouble() < failing / 2;
            return run(process, () -> late ? putLater(object, content) : objects.putIfAbsent(object, content));
        }

        private boolean putLater(String object, Content content) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            content.writeTo(out);
            onTheirWay.add(() -> {
                try {
                    objects.putIfAbsent(object, late -> out.writeTo(late));
                } catch (IOException never) {
                    throw new UncheckedIOException(never);
                }
            });
            throw new BackupRepositoryException(Reason.UNAVAILABLE, name + " did not answer", null);
        }

        @Override
        public Optional<ResumablePut> resumable(String object, long bytes, String content) {
            return quiet(() -> objects.resumable(object, bytes, content))
                    .map(pieces -> new CalledPieces(
                            pieces,
                            body -> run(process, () -> {
                                body.run();
                                return true;
                            })));
        }

        @Override
        public InputStream read(String object, long offset) {
            return quiet(() -> objects.read(object, offset));
        }

        @Override
        public long size(String object) {
            return quiet(() -> objects.size(object));
        }

        @Override
        public List<Stored> list(String prefix) {
            return quiet(() -> objects.list(prefix));
        }

        @Override
        public boolean delete(String object) {
            return quiet(() -> objects.delete(object));
        }

        @Override
        public int collectUnfinished(Duration silentFor) {
            return quiet(() -> objects.collectUnfinished(silentFor));
        }

        @Override
        public String describe() {
            return name;
        }
    }
}
