package io.holdfast.backup.plan;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.catalog.BackupId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A backup, as far as planning has to know it.
 *
 * @param source whose it is
 * @param ended when it was whole, by the wall clock of who made it
 * @param range which part of a log it stands for, if of any
 * @param needs without which it does not restore
 * @param storedBytes what it takes in a repository
 * @param good false if something of it was found damaged
 */
public record Entry(
        BackupId id,
        String source,
        BackupKind kind,
        Instant ended,
        Optional<LogRange> range,
        List<BackupId> needs,
        long storedBytes,
        boolean good) {
    /** Copies the list. */
    public Entry {
        needs = List.copyOf(needs);
    }

    /** The same, with something damaged. */
    Entry damaged() {
        return new Entry(id, source, kind, ended, range, needs, storedBytes, false);
    }

    boolean isLog() {
        return kind == BackupKind.LOG;
    }

    /** True if parts of a log can follow it. */
    boolean isBase() {
        return kind == BackupKind.PHYSICAL && range.isPresent();
    }
}
