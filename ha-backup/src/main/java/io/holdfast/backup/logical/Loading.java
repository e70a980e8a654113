package io.holdfast.backup.logical;

import io.holdfast.core.spi.BytesMaps;
import io.holdfast.core.spi.ReplicatedState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** Loads lines into maps: reads them to their end first, so that nothing of a damaged one is loaded. Blocks; for one thread. */
public final class Loading {
    private static final int WINDOW_BYTES = 4 << 20;
    /** What features keep is of its moment: another one would have them go on with what is long over. */
    private static final byte[] RECORDS = ReplicatedState.RECORDS.getBytes(StandardCharsets.UTF_8);

    /** What is done where the running map has another value, or has one where the backup says that it was removed. */
    public enum Conflict {
        /** Nothing is loaded at all. */
        REFUSE,
        /** It stays. */
        KEEP,
        /** It is replaced. */
        OVERWRITE
    }

    /** Opens the lines from their beginning, each time. */
    public interface Opener {
        /** The caller's to close. */
        InputStream open() throws IOException;
    }

    /** Where a running map has something else than is to be loaded. */
    public interface Refusal {
        /**
         * Makes the exception.
         *
         * @param map its name
         * @param key for people
         * @param written how many entries had been written before it was found
         */
        RuntimeException of(Header header, String map, String key, long position, long written);
    }

    private final Opener opener;
    private final Chosen.Matcher chosen;
    private final BytesMaps maps;
    private final Conflict conflict;
    private final int inFlight;
    private final Refusal refusal;
    private final Consumer<Counts> progress;
    private Counts counts = Counts.NONE;

    /**
     * How far it has come.
     *
     * @param written values that were set
     * @param removed keys that were removed
     * @param same lines of which the map has the value already, or lacks the key
     * @param kept lines that were not loaded, since the map has something else
     * @param passedOver lines that were not chosen, or are records of features
     */
    public record Counts(long written, long removed, long same, long kept, long passedOver) {
        static final Counts NONE = new Counts(0, 0, 0, 0, 0);
    }

    /** @param inFlight how many calls may wait for their answers at once */
    public Loading(
            Opener opener,
            Chosen chosen,
            BytesMaps maps,
            Conflict conflict,
            int inFlight,
            Refusal refusal,
            Consumer<Counts> progress) {
        this.opener = opener;
        this.chosen = chosen.matcher();
        this.maps = maps;
        this.conflict = conflict;
        this.inFlight = inFlight;
        this.refusal = refusal;
        this.progress = progress;
    }

    /** What is done with some lines. */
    private interface Step {
        void take(List<Line> lines) throws IOException, InterruptedException;
    }

    /** How far it has come; also after it has failed. */
    public Counts counts() {
        return counts;
    }

    /** Reads all, and checks it. */
    public Header verify() throws IOException {
        try (InputStream in = opener.open()) {
            LineReader reader = new LineReader(in);
            Line line;
            do {
                line = reader.next();
            } while (line != null);
            return reader.header();
        }
    }

    /**
     * Loads it.
     *
     * @param header of what has been {@linkplain #verify verified}
     */
    public void load(Header header) throws IOException, InterruptedException {
        if (conflict == Conflict.OVERWRITE) {
            each(this::overwrite);
            return;
        }
        if (conflict == Conflict.REFUSE) {
            each(lines -> refuseOthers(header, lines, present(lines)));
        }
        counts = Counts.NONE;
        each(lines -> write(header, lines));
    }

    /** Finds out what would be done. */
    public void compare() throws IOException, InterruptedException {
        each(lines -> {
            List<Optional<byte[]>> present = present(lines);
            for (int i = 0; i < lines.size(); i++) {
                count(lines.get(i), present.get(i));
            }
        });
    }

    private void each(Step step) throws IOException, InterruptedException {
        try (InputStream in = opener.open()) {
            LineReader reader = new LineReader(in);
            List<Line> window = new ArrayList<>();
            int bytes = 0;
            for (Line line = reader.next(); line != null; line = reader.next()) {
                if (Arrays.equals(line.map(), RECORDS) || !chosen.key(line.map(), line.key())) {
                    counts = plus(0, 0, 0, 0, 1);
                    continue;
                }
                window.add(line);
                bytes += line.bytes();
                if (window.size() == inFlight || bytes >= WINDOW_BYTES) {
                    step.take(window);
                    progress.accept(counts);
                    window.clear();
                    bytes = 0;
                }
            }
            step.take(window);
            progress.accept(counts);
        }
    }

    private void refuseOthers(Header header, List<Line> lines, List<Optional<byte[]>> present)
            throws IOException, InterruptedException {
        for (int i = 0; i < lines.size(); i++) {
            if (isOther(lines.get(i), present.get(i))) {
                throw refused(header, lines.get(i));
            }
        }
    }

    private RuntimeException refused(Header header, Line line) throws IOException, InterruptedException {
        String map = name(line);
        long position = answer(maps.position(map));
        return refusal.of(header, map, Bytes.shown(line.key()), position, counts.written());
    }

    private void overwrite(List<Line> lines) throws IOException, InterruptedException {
        List<CompletionStage<?>> calls = new ArrayList<>();
        for (Line line : lines) {
            byte[] value = line.value();
            calls.add(
                    value == null
                            ? maps.remove(name(line), line.key())
                            : maps.put(name(line), line.key(), value, Duration.ofMillis(line.leftMillis())));
        }
        for (int i = 0; i < lines.size(); i++) {
            answer(calls.get(i));
            boolean removal = lines.get(i).value() == null;
            counts = plus(removal ? 0 : 1, removal ? 1 : 0, 0, 0, 0);
        }
    }

    /** What is absent is written, and where that could be, only if it is still absent then. */
    private void write(Header header, List<Line> lines) throws IOException, InterruptedException {
        List<Optional<byte[]>> present = present(lines);
        if (conflict == Conflict.REFUSE) {
            refuseOthers(header, lines, present);
        }
        List<CompletionStage<Optional<byte[]>>> inTheWay = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            inTheWay.add(written(lines.get(i), present.get(i)));
        }
        Line other = null;
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            Optional<byte[]> found = answer(inTheWay.get(i));
            count(line, found);
            other = other == null && isOther(line, found) ? line : other;
        }
        if (other != null && conflict == Conflict.REFUSE) {
            throw refused(header, other);
        }
    }

    /** What is there instead, if something is. */
    private CompletionStage<Optional<byte[]>> written(Line line, Optional<byte[]> present) throws IOException {
        byte[] value = line.value();
        if (value == null || present.isPresent()) {
            return CompletableFuture.completedFuture(present);
        }
        if (line.leftMillis() == 0) {
            return maps.putIfAbsent(name(line), line.key(), value);
        }
        return maps.put(name(line), line.key(), value, Duration.ofMillis(line.leftMillis()))
                .thenApply(set -> Optional.empty());
    }

    private void count(Line line, Optional<byte[]> present) {
        boolean removal = line.value() == null;
        if (isOther(line, present) && conflict != Conflict.OVERWRITE) {
            counts = plus(0, 0, 0, 1, 0);
        } else if (isSame(line, present)) {
            counts = plus(0, 0, 1, 0, 0);
        } else {
            counts = plus(removal ? 0 : 1, removal ? 1 : 0, 0, 0, 0);
        }
    }

    private static boolean isOther(Line line, Optional<byte[]> present) {
        return present.isPresent() && !isSame(line, present);
    }

    private static boolean isSame(Line line, Optional<byte[]> present) {
        byte[] value = line.value();
        return value == null ? present.isEmpty() : present.isPresent() && Arrays.equals(value, present.get());
    }

    private List<Optional<byte[]>> present(List<Line> lines) throws IOException, InterruptedException {
        List<CompletionStage<Optional<byte[]>>> calls = new ArrayList<>();
        for (Line line : lines) {
            calls.add(maps.get(name(line), line.key()));
        }
        List<Optional<byte[]>> present = new ArrayList<>();
        for (CompletionStage<Optional<byte[]>> call : calls) {
            present.add(answer(call));
        }
        return present;
    }

    private static String name(Line line) throws IOException {
        String name = Bytes.text(line.map());
        if (name == null) {
            throw new IOException("the map " + Bytes.shown(line.map())
                    + " has a name that is no text, and cannot be loaded; choose others");
        }
        return name;
    }

    private <T> T answer(CompletionStage<T> call) throws IOException, InterruptedException {
        CompletableFuture<T> answer = call.toCompletableFuture();
        try {
            return answer.get();
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IOException(
                    "it ended after " + counts.written() + " entries were written and " + counts.removed()
                            + " removed: " + cause.getMessage() + ". What was loaded may be loaded once more",
                    cause);
        }
    }

    private Counts plus(long written, long removed, long same, long kept, long passedOver) {
        return new Counts(
                counts.written() + written,
                counts.removed() + removed,
                counts.same() + same,
                counts.kept() + kept,
                counts.passedOver() + passedOver);
    }
}
