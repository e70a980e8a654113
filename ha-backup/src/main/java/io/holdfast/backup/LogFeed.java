package io.holdfast.backup;

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
     * @return empty if there is nothing after it yet; fails if what follows is not to be had any more, as the message says: only a
     *     new physical backup helps then
     */
    CompletionStage<? extends Optional<? extends BackupSource.Prepared>> after(long index, Duration limit);
}
