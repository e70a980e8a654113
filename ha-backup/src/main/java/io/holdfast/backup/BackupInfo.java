package io.holdfast.backup;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A backup in a layer.
 *
 * @param layer where it is
 * @param id the same in each layer that has it
 * @param source whose it is
 * @param kind what it holds
 * @param began when it began, by the wall clock of who made it
 * @param ended when it was whole
 * @param storedBytes what it takes
 * @param range which part of a log it stands for, if of any
 * @param remarks what an operator should know of
 */
public record BackupInfo(
        String layer,
        String id,
        String source,
        BackupKind kind,
        Instant began,
        Instant ended,
        long storedBytes,
        Optional<LogRange> range,
        List<String> remarks) {
    /** Copies the list. */
    public BackupInfo {
        remarks = List.copyOf(remarks);
    }
}
