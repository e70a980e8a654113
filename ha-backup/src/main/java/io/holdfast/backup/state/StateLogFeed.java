package io.holdfast.backup.state;

import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.LogFeed;
import io.holdfast.backup.LogRange;
import io.holdfast.core.spi.LogGapException;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The log of the replicated state, a container of kind LOG for as much of it as fits into memory without harm. */
public final class StateLogFeed implements LogFeed {
    /** The name of a container's one part. */
    public static final String PART = "log";
    /** As much is asked for at a time, and is in memory until it is written. */
    static final int PART_BYTES = 16 << 20;

    private final ReplicatedState state;

    /** Of this node's own log. */
    public StateLogFeed(ReplicatedState state) {
        this.state = state;
    }

    @Override
    public Optional<String> logId() {
        return state.logId();
    }

    @Override
    public CompletionStage<Optional<Prepared>> after(long index, Duration limit) {
        return Handover.of(
                state.logAfter(index, PART_BYTES, limit), part -> prepared(index, part), StateLogFeed::release);
    }

    private static Optional<Prepared> prepared(long index, LogPart part) {
        if (part.isEmpty()) {
            return Optional.empty();
        }
        if (part.firstIndex() > index + 1 || part.lastIndex() <= index) {
            throw new LogGapException("after entry " + index + " of the log " + part.logId() + " entries "
                    + part.firstIndex() + " to " + part.lastIndex() + " were given");
        }
        return Optional.of(new Archived(part));
    }

    private static void release(Optional<Prepared> unwanted) {
        unwanted.ifPresent(Prepared::close);
    }

    private record Archived(LogPart part) implements Prepared {
        @Override
        public Outcome writeTo(Parts parts) throws IOException, InterruptedException {
            Copying.put(parts, PART, new ByteArrayInputStream(part.bytes()), part.bytes().length);
            LogRange range = new LogRange(
                    part.logId(),
                    part.firstIndex(),
                    part.lastIndex(),
                    part.lastTerm(),
                    part.firstWallMillis(),
                    part.lastWallMillis());
            return new Outcome(Optional.of(range), Map.of(), List.of());
        }

        @Override
        public void close() {
            // memory alone
        }
    }
}
