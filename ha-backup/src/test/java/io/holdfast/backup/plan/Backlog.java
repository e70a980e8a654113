package io.holdfast.backup.plan;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.core.FencingToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes entries of a catalogue that were never backed up. */
final class Backlog {
    static final Instant START = Instant.parse("2026-01-05T00:00:00Z"); // a Monday

    private int made;

    Entry of(String source, Instant began, BackupId... needs) {
        return new Entry(
                id(began),
                source,
                BackupKind.LOGICAL,
                began.plusSeconds(60),
                Optional.empty(),
                List.of(needs),
                100,
                true);
    }

    /** A physical backup of a log; its entry has the time of the backup. */
    Entry base(String log, long index, Instant at) {
        return new Entry(
                id(at),
                "state",
                BackupKind.PHYSICAL,
                at.plusSeconds(1),
                Optional.of(new LogRange(log, 0, index, 1, 0, at.toEpochMilli())),
                List.of(),
                1_000,
                true);
    }

    /** A part of a log; its last entry has the time of the backup. */
    Entry part(String log, long from, long to, Instant at) {
        return new Entry(
                id(at),
                "state",
                BackupKind.LOG,
                at.plusSeconds(1),
                Optional.of(new LogRange(log, from, to, 1, at.toEpochMilli() - 1_000, at.toEpochMilli())),
                List.of(),
                10,
                true);
    }

    /** The same, made under that token. */
    static Entry under(long token, Entry entry) {
        BackupId id = new BackupId(
                entry.id().began(), FencingToken.of(0, token), entry.id().random());
        return new Entry(
                id,
                entry.source(),
                entry.kind(),
                entry.ended(),
                entry.range(),
                entry.needs(),
                entry.storedBytes(),
                entry.good());
    }

    BackupId id(Instant began) {
        return new BackupId(began, FencingToken.of(0, 1), made++);
    }

    static Instant day(long days) {
        return START.plus(Duration.ofDays(days));
    }

    static Instant hour(long hours) {
        return START.plus(Duration.ofHours(hours));
    }
}
