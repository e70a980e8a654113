package io.holdfast.replication;

import io.holdfast.core.spi.SeedSource;
import io.holdfast.replication.node.OfflineSeeding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/**
 * Puts the state and the log of a cluster into the directory of a node that will join it, so that the master sends only what came after. The node
 * is no part of the cluster yet, has no vote and is nobody: its disk id is drawn when it starts, as with an empty directory. Unlike what
 * {@link OfflineRestore} makes, this begins no other cluster and no other epoch.
 *
 * <p>A node that is started on it joins the cluster of which the seed is, and refuses to join another one.
 */
public final class OfflineSeed {
    private OfflineSeed() {}

    /**
     * A directory to seed, for {@code StateSeed.into} of {@code ha-backup}. It is taken for as long as that goes on, so that no node can be started on it; a
     * seed that did not get whole counts for nothing, and is replaced by the next one.
     *
     * @param directory as will be given to {@link LogReplication#inDirectory}; absent or empty, or with an unfinished seed
     * @param random draws ids of files
     * @return fails with {@link IllegalArgumentException} if there is anything else in the directory
     */
    public static SeedSource.Target into(Path directory, RandomGenerator random) {
        return (logId, state, log) -> OfflineSeeding.seed(directory, random, logId, state, log);
    }

    /**
     * Finds out what would refuse a seed, before much is read for it. Changes nothing.
     *
     * @throws IllegalArgumentException if there is anything in the directory but an unfinished seed
     */
    public static void check(Path directory) throws IOException {
        OfflineSeeding.check(directory);
    }
}
