package io.holdfast.replication;

import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.StateRestorer;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.replication.node.Restoration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes a node's directory from a snapshot, such as a backup holds, and from the log after it: the beginning of a new cluster with
 * the state of an old one. The node is its only voter at first; the others come to it with empty directories, under the names that
 * are given here, and get their votes.
 *
 * <p>The new cluster has a new id, so that nobody of the old one speaks to it, and a new epoch, so that all its {@linkplain
 * FencingToken tokens}, of the master, of roles and of locks, are larger than all that the old one gave.
 */
public final class OfflineRestore {
    private OfflineRestore() {}

    /**
     * Where to, and for whom.
     *
     * @param directory as will be given to {@link LogReplication#inDirectory}; absent or empty, and no mount point, since it is
     *     put together beside it, under its name and {@code .restoring}; what a failed attempt leaves there may be removed
     * @param clusterName the name with which the nodes will be started, which may be another than before
     * @param nodeId the node that will be started with the directory
     * @param address where others will reach it, {@code host:port}
     * @param others which nodes will vote as well, {@code node@host:port} each; empty for none
     */
    public record Target(Path directory, String clusterName, String nodeId, String address, List<String> others) {
        /** Makes the list its own. */
        public Target {
            others = List.copyOf(others);
        }
    }

    /**
     * Up to where the log is applied. What a bound excludes is left out from the first such entry on.
     *
     * @param index the last entry that is wanted, {@link Long#MAX_VALUE} for all
     * @param wallMillis the latest time, by the masters' wall clock, of an entry that is wanted; {@link Long#MAX_VALUE} for all
     */
    public record UpTo(long index, long wallMillis) {
        /** All that there is. */
        public static final UpTo END = new UpTo(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * The same as what a restore from backups writes to: {@code StateRestore} of {@code ha-backup} finds what is restored, checks it and
     * claims the epoch.
     *
     * @param random draws ids; one that cannot be drawn twice, such as a {@code SecureRandom}
     */
    public static StateRestorer into(Target target, RandomGenerator random) {
        return new StateRestorer() {
            @Override
            public void check() throws IOException {
                Restoration.check(target);
            }

            @Override
            public Restored restore(
                    int epoch, InputStream state, @Nullable InputStream log, long upToIndex, long upToWallMillis)
                    throws IOException {
                return OfflineRestore.restore(target, epoch, state, log, new UpTo(upToIndex, upToWallMillis), random);
            }
        };
    }

    /**
     * Does it. It is done wholly or not at all: the directory gets its name last. Blocks for as long as the copying takes.
     *
     * @param epoch larger than that of all tokens that the old cluster, or another restore of it, has given, 1 to 32,767
     * @param snapshot a snapshot file's bytes, to its end
     * @param log batches of the same log, for which the caller answers; they follow the snapshot's last entry or begin before it, without gaps, and may come to entries
     *     again that were there before, as parts do that overlap; null for none
     * @param upTo where to stop
     * @param random draws ids; one that cannot be drawn twice, such as a {@code SecureRandom}
     * @throws IllegalArgumentException if the directory is not empty, a name or an address is none, the epoch is not larger than
     *     that of the entries, or the snapshot is later than is wanted; nothing has been changed
     * @throws IllegalStateException if it takes a later release than this one
     * @throws IOException if the snapshot or the log is damaged, has a gap, or cannot be read or written, or another restore into that
     *     directory is under way, as the message says
     */
    public static Restored restore(
            Target target,
            int epoch,
            InputStream snapshot,
            @Nullable InputStream log,
            UpTo upTo,
            RandomGenerator random)
            throws IOException {
        return Restoration.restore(target, epoch, snapshot, log, upTo, random);
    }
}
