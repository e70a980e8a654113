package io.holdfast.replication;

import io.holdfast.replication.node.OfflineReplay;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads a stopped node's directory and applies its snapshot and log to a state machine, by the same rules as a running node: what is
 * known to be committed, each session's command once. Changes nothing on the disk.
 */
public final class OfflineLog {
    private OfflineLog() {}

    /**
     * What was found.
     *
     * @param clusterName the cluster's name
     * @param nodeId whose directory it is
     * @param lastIndex the log's end
     * @param commitIndex known to be committed up to here; only this was applied
     * @param snapshotIndex up to here the state was taken from a snapshot, 0 if there is none
     * @param commands how many of the user's commands were applied, after the snapshot
     * @param repeated how many commands were in the log again, because a client had sent them again, and were not applied
     * @param tornTail true if bytes after the log's end were torn, as a crash leaves them
     */
    public record Report(
            String clusterName,
            String nodeId,
            long lastIndex,
            long commitIndex,
            long snapshotIndex,
            long commands,
            long repeated,
            boolean tornTail) {}

    /**
     * Applies the log.
     *
     * @param directory as given to {@link LogReplication#inDirectory}
     * @param machine a fresh one, of the kind that the nodes had
     * @throws IOException naming the file, if the directory holds no log or a damaged one
     */
    public static Report replay(Path directory, StateMachine machine) throws IOException {
        return OfflineReplay.replay(directory, machine);
    }
}
