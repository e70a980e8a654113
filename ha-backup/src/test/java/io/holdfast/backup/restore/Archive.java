package io.holdfast.backup.restore;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.RunningBackup;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import io.holdfast.core.KeyRing;
import io.holdfast.core.runtime.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Makes backups of a state that is the number of its last entry, and of a log that is a number a line. Entry n is taken at second n. */
final class Archive {
    static final BackupKeys KEYS =
            BackupKeys.of(KeyRing.of("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
    static final Instant BEGIN = Instant.parse("2026-11-29T19:00:00Z");

    private final Catalogue catalogue;
    private final CatalogueWriter writer;
    private final int epoch;
    private long second;

    /** @param epoch of the cluster that makes them */
    Archive(BackupRepository repository, BackupKeys keys, int epoch) {
        this.epoch = epoch;
        this.catalogue = Catalogue.of(repository, keys);
        this.writer = catalogue.claim(FencingToken.of(epoch, 7), new Time(), new Random(epoch));
    }

    /** The wall clock stands at that entry's second until it is moved. */
    private final class Time implements Clock {
        @Override
        public long nanoTime() {
            return second * 1_000_000_000L;
        }

        @Override
        public long wallMillis() {
            return at(second);
        }
    }

    static long at(long entry) {
        return BEGIN.toEpochMilli() + entry * 1_000;
    }

    static Instant moment(long entry) {
        return Instant.ofEpochMilli(at(entry));
    }

    private record Written(String part, String content, LogRange range) implements Prepared {
        @Override
        public Outcome writeTo(Parts parts) throws IOException {
            parts.put(part, true, out -> out.write(content.getBytes(StandardCharsets.UTF_8)));
            return new Outcome(Optional.of(range), Map.of(), List.of());
        }

        @Override
        public void close() {}
    }

    private Manifest make(BackupKind kind, Written written) {
        second = Math.max(second, written.range().toIndex());
        try (RunningBackup backup = writer.begin("shop", kind, "state", "node-1")) {
            return backup.make(written, List.of(), Progress.NONE);
        } catch (IOException | InterruptedException never) {
            throw new IllegalStateException(never);
        }
    }

    Manifest state(String log, long index) {
        long term = FencingToken.of(epoch, 7).value();
        return make(
                BackupKind.PHYSICAL, new Written("state", "" + index, new LogRange(log, 0, index, term, 0, at(index))));
    }

    Manifest part(String log, long from, long to) {
        long term = FencingToken.of(epoch, 7).value();
        StringBuilder lines = new StringBuilder();
        for (long index = from; index <= to; index++) {
            lines.append(index).append('\n');
        }
        return make(
                BackupKind.LOG,
                new Written("log", lines.toString(), new LogRange(log, from, to, term, at(from), at(to))));
    }

    /** What those parts hold, in one; they stay. */
    Manifest merge(Manifest... parts) {
        try {
            return writer.merge(catalogue, Stream.of(parts).map(Manifest::id).toList(), Progress.NONE);
        } catch (IOException | InterruptedException never) {
            throw new IllegalStateException(never);
        }
    }

    void delete(Manifest... backups) {
        writer.delete(Stream.of(backups).map(Manifest::id).toList());
    }

    /** A backup of something else, which is in every catalogue. */
    void other(BackupKind kind) {
        second++;
        try (RunningBackup backup = writer.begin("shop", kind, "orders-db", "node-1")) {
            backup.put("all", true, out -> out.write(1), Progress.NONE);
            backup.publish(new Outcome(Optional.empty(), Map.of(), List.of()), List.of());
        } catch (IOException never) {
            throw new IllegalStateException(never);
        }
    }
}
