package io.holdfast.backup.state;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.LogRange;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateCut;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * All replicated state as it was after one entry, in one container that restores alone. Reads and writes go on; what is read comes from
 * a file that stays as it is until the backup is written.
 */
public final class StateSource implements BackupSource {
    /** The source's name in catalogues. */
    public static final String NAME = "state";
    /** The name of its one part. */
    public static final String PART = "state";

    private final ReplicatedState state;

    /** Of this node's own state. */
    public StateSource(ReplicatedState state) {
        this.state = state;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public BackupKind kind() {
        return BackupKind.PHYSICAL;
    }

    @Override
    public CompletionStage<Prepared> prepare(Duration limit) {
        return Handover.of(state.cut(limit), Cut::new, Prepared::close);
    }

    private record Cut(StateCut cut) implements Prepared {
        @Override
        public Outcome writeTo(Parts parts) throws IOException, InterruptedException {
            try (InputStream in = cut.open()) {
                Copying.put(parts, PART, in, cut.bytes());
            }
            LogRange all = new LogRange(cut.logId(), 0, cut.index(), cut.term(), 0, cut.wallMillis());
            return new Outcome(Optional.of(all), Map.of(), List.of());
        }

        @Override
        public void close() {
            cut.close();
        }
    }
}
