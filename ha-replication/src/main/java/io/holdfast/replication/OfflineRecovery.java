package io.holdfast.replication;

import io.holdfast.replication.node.LostQuorum;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Brings back a cluster that has lost a majority of its disks for ever, from the directory of one node that is not running:
 * that node becomes the only voter of a cluster with a new id, and the others come back to it with empty directories, under
 * their old names. What only the lost disks knew is lost; {@link #plan} says as exactly as can be known what that is.
 *
 * <p>Never while a majority can still be brought back by starting its nodes.
 */
public final class OfflineRecovery {
    private OfflineRecovery() {}

    /**
     * What {@link #recover} would do.
     *
     * @param clusterName the cluster's name
     * @param clusterId its id, which confirms that this is what is meant
     * @param nodeId the node that would be the only voter
     * @param diskId its disk
     * @param voters who votes now, as far as this directory knows: {@code node/disk@address} each
     * @param majority how many of them are needed to go on without a recovery
     * @param commitIndex known to be committed up to here, and kept
     * @param lastIndex kept up to here: what follows {@code commitIndex} may have been acknowledged or not, and becomes committed
     * @param lastTerm the term of the last one: of several directories, the one with the highest term, and of those with the
     *     highest last index, loses least
     * @param lastWallMillis when the last entry was taken, by the master's wall clock; 0 if it is in a snapshot. What was
     *     acknowledged later is lost
     * @param knownLost entries after {@code lastIndex} up to here are known to have been committed, and are lost; 0 if none
     *     is known
     * @param epoch of its terms, 0 to 32,767: {@link #recover} begins a later one, which is the next unless another is given
     * @param problems what is damaged in this directory
     */
    public record Plan(
            String clusterName,
            String clusterId,
            String nodeId,
            String diskId,
            List<String> voters,
            int majority,
            long commitIndex,
            long lastIndex,
            long lastTerm,
            long lastWallMillis,
            long knownLost,
            int epoch,
            List<String> problems) {
        /** Makes the lists its own. */
        public Plan {
            voters = List.copyOf(voters);
            problems = List.copyOf(problems);
        }
    }

    /**
     * Says what a recovery would keep and lose. Changes nothing.
     *
     * @param directory as given to {@link LogReplication#inDirectory}
     * @throws IOException if it is no node's directory, its cluster was never formed, or it cannot be read
     */
    public static Plan plan(Path directory) throws IOException {
        return LostQuorum.plan(directory);
    }

    /**
     * The same in the epoch after its own. Only safe if nobody has restored the cluster from backups: a restore claims its epoch in the repositories, of
     * which a directory knows nothing, and may have begun that one.
     */
    public static String recover(Path directory, String clusterId, RandomGenerator random) throws IOException {
        return LostQuorum.recover(directory, clusterId, LostQuorum.NEXT_EPOCH, random);
    }

    /**
     * Does it. After a crash in between, call it again, with the id that {@link #plan} then shows: the directory belongs to the
     * new cluster already, and maybe to the new epoch, so that a later one is to be given.
     *
     * @param clusterId must be the one that {@link #plan} shows
     * @param epoch which the cluster begins, so that its {@linkplain io.holdfast.core.FencingToken tokens} are larger than all of before: larger
     *     than its own, and than all that its repositories of backups know of. Nothing is claimed there: it is known to them from the first backup on,
     *     and a restore that is made before that may begin the same
     * @param random draws the new id; one that cannot be drawn twice, such as a {@code SecureRandom}
     * @return the cluster's new id
     * @throws IllegalArgumentException if the id is another one, or the epoch is not larger than its own, or larger than 32,767
     * @throws IOException if the node is running, or the directory cannot be read or written
     */
    public static String recover(Path directory, String clusterId, int epoch, RandomGenerator random)
            throws IOException {
        if (epoch < 1) {
            throw new IllegalArgumentException(
                    "epoch " + epoch + " is none to begin; they are 1 to " + Short.MAX_VALUE);
        }
        return LostQuorum.recover(directory, clusterId, epoch, random);
    }
}
