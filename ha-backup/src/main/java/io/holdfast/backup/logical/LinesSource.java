package io.holdfast.backup.logical;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.state.Handover;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateCut;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Chosen entries of this node's own state, as they were at one entry of the log.
 *
 * @param keysAtMost so many keys may have been named in a period; if more were, all is taken that is chosen
 */
public record LinesSource(
        ReplicatedState state, String cluster, String name, Chosen chosen, Period period, int keysAtMost)
        implements BackupSource {
    /** The name of its one part. */
    public static final String PART = "lines";

    @Override
    public BackupKind kind() {
        return BackupKind.LOGICAL;
    }

    /** The log is asked for before the cut is taken, since that lets go of log that nobody needs. */
    @Override
    public CompletionStage<Prepared> prepare(Duration limit) {
        CompletionStage<PreparedLines> lines = Start.of(period, state, limit).thenCompose(start -> {
            CompletionStage<StateCut> cut = state.cut(limit);
            return cut.thenApply(taken -> new PreparedLines(this, start, taken, limit));
        });
        return Handover.<PreparedLines, Prepared>of(lines, prepared -> prepared, Prepared::close);
    }
}
