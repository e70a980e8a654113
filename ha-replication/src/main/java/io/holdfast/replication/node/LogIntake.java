package io.holdfast.replication.node;

import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.SegmentedLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;

/**
 * Puts batches that were archived behind a snapshot into a log that begins there. Parts may overlap, and begin before the snapshot's end;
 * between them no entry may be missing. Blocks; for one thread.
 */
final class LogIntake {
    private static final long FORCE_EVERY_BYTES = 16L << 20;

    private final SegmentedLog end;
    private final long upToIndex;
    private final long upToMillis;
    private final boolean decided;
    private final String node;
    private final int supported;
    private int level;
    private long lastWallMillis;

    /**
     * Makes one.
     *
     * @param upToIndex the last entry that is wanted; {@link Long#MAX_VALUE} for all
     * @param upToMillis the latest time of an entry that is wanted; {@link Long#MAX_VALUE} for all
     * @param decided true if the log itself says that what is put there is decided; else a master has to say so first
     * @param inSnapshot who belongs to the cluster where the snapshot ends
     * @param snapshotMillis when its last entry was taken
     * @param supported the highest level of a log that this release, or the node, supports
     * @throws IllegalStateException if the snapshot takes a later release
     */
    LogIntake(
            SegmentedLog end,
            long upToIndex,
            long upToMillis,
            boolean decided,
            Configuration inSnapshot,
            long snapshotMillis,
            String node,
            int supported) {
        this.end = end;
        this.upToIndex = upToIndex;
        this.upToMillis = upToMillis;
        this.decided = decided;
        this.node = node;
        this.supported = supported;
        this.level = FeatureLevel.BASE;
        this.lastWallMillis = snapshotMillis;
        knows(inSnapshot);
    }

    /** The highest of all configurations in it. */
    int level() {
        return level;
    }

    /** When the last entry was taken. */
    long lastWallMillis() {
        return lastWallMillis;
    }

    private void knows(Configuration configuration) {
        FeatureLevel.require(node, configuration.level(), supported);
        level = Math.max(level, configuration.level());
    }

    /**
     * Appends what is wanted of them. What was forced, and what not, the caller has to see to afterwards.
     *
     * @throws IOException if something is missing or damaged
     * @throws IllegalStateException if they take a later release
     */
    void append(BatchStream batches) throws IOException {
        long unforced = 0;
        for (ByteBuf batch = batches.next(); batch != null; batch = batches.next()) {
            try {
                if (Batch.lastIndex(batch) <= end.lastIndex()) {
                    if (Batch.lastIndex(batch) == end.lastIndex() && Batch.term(batch) != end.lastTerm()) {
                        throw new IOException("entry " + end.lastIndex() + " is of term " + Batch.term(batch)
                                + " in the log and of term " + end.lastTerm() + " in the snapshot: it is another log");
                    }
                    continue; // the snapshot has it
                }
                if (Batch.firstIndex(batch) != end.lastIndex() + 1 || Batch.term(batch) < end.lastTerm()) {
                    throw new IOException("the log goes on with entry " + Batch.firstIndex(batch) + " of term "
                            + Batch.term(batch) + ", and entry " + (end.lastIndex() + 1) + " of term " + end.lastTerm()
                            + " or later should follow: a part of it is missing");
                }
                if (Batch.wallMillis(batch) > upToMillis || Batch.firstIndex(batch) > upToIndex) {
                    return;
                }
                boolean isLast = Batch.lastIndex(batch) > upToIndex;
                append(isLast ? firstOf(batch) : batch.retain());
                unforced += batch.readableBytes();
                if (isLast) {
                    return;
                }
            } finally {
                batch.release();
            }
            if (unforced >= FORCE_EVERY_BYTES) {
                SoleVoter.force(end);
                unforced = 0;
            }
        }
    }

    /** @param batch is released */
    private void append(ByteBuf batch) throws IOException {
        try {
            Configuration found = Batch.configuration(batch);
            if (found != null) {
                knows(found);
            }
            end.append(batch, decided ? Batch.lastIndex(batch) : end.base().index());
            lastWallMillis = Batch.wallMillis(batch);
        } finally {
            batch.release();
        }
    }

    /** The entries of a batch that are wanted, with its term and its times. */
    private ByteBuf firstOf(ByteBuf batch) {
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, batch.readableBytes());
        Batch.Entries entries = Batch.entries(batch);
        while (entries.next() && entries.index() <= upToIndex) {
            builder.append(entries.kind(), entries.body());
        }
        return builder.seal(
                Batch.firstIndex(batch), Batch.term(batch), Batch.wallMillis(batch), Batch.masterNanos(batch));
    }
}
