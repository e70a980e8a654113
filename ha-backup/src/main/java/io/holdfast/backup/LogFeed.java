package io.holdfast.backup;

import io.holdfast.core.spi.LogGapException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where the parts of a log come from that are archived between two physical backups. */
public interface LogFeed {
    /** Which log it is at present; empty if that is not known yet. It changes with a restore, and then parts of the old one do not go on. */
    Optional<String> logId();

    /**
     * What has been decided after an entry, as much as is put into one part. Must not block.
     *
     * @param index the last entry that is archived
     * @param limit how long that may take
     * @return empty if there is nothing after it yet; fails with {@link LogGapException} if what follows is not to be had any more, so
     *     that only a new physical backup helps, and otherwise with what passes, such as a node that is stopping
     */
    CompletionStage<? extends Optional<? extends BackupSource.Prepared>> after(long index, Duration limit);
}
