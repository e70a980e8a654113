package io.holdfast.replication;

import io.holdfast.replication.node.OfflineReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Reads the directory of a node that is not running: is it whole, and what is in its log? Changes nothing on the disk. */
public final class OfflineDirectory {
    private OfflineDirectory() {}

    /** How a directory was found, from best to worst. */
    public enum State {
        /** A start of the node goes on from here. */
        WHOLE,
        /** The log ends in a write that no force is known to have covered, as a crash leaves it: a start cuts it. */
        TORN_TAIL,
        /** What had been on stable storage cannot be read. */
        DAMAGED
    }

    /**
     * What was found.
     *
     * @param clusterName the cluster's name
     * @param clusterId the cluster's id, zero before it is formed
     * @param nodeId whose directory it is
     * @param diskId the disk's id, to which the vote belongs
     * @param state the worst of all that was found
     * @param problems what is wrong, each with its file
     * @param term the term on the disk
     * @param votedFor the vote in it, empty if there is none
     * @param snapshotIndex index of the last entry in the newest snapshot, 0 if there is none that can be read
     * @param firstIndex index of the log's first entry
     * @param lastIndex index of its last one that can be read; one less than the first if there is none
     * @param lastTerm the term of the last one
     * @param commitIndex known to be committed up to here; the true one may be higher
     * @param durableIndex known to have been on stable storage up to here; the true one may be higher
     * @param doubtful true if the node had lost something earlier, and has not caught up since
     */
    public record Check(
            String clusterName,
            String clusterId,
            String nodeId,
            String diskId,
            State state,
            List<String> problems,
            long term,
            String votedFor,
            long snapshotIndex,
            long firstIndex,
            long lastIndex,
            long lastTerm,
            long commitIndex,
            long durableIndex,
            boolean doubtful) {
        /** Makes the list its own. */
        public Check {
            problems = List.copyOf(problems);
        }
    }

    /**
     * An entry of the log.
     *
     * @param index its index
     * @param term the term of the master that took it
     * @param wallMillis when that was, by the master's wall clock
     * @param kind noop, open-session, command, keep-alive, close-session or configuration
     * @param session of a command, keep-alive or close; 0 for others
     * @param sequence of a command, its number within the session; 0 for others
     * @param machine of a command: none, maps or user; empty for others
     * @param body a command's bytes, or a configuration as text in UTF-8; empty for others
     * @param file where its batch is
     * @param offset where in the file the batch begins
     */
    public record Entry(
            long index,
            long term,
            long wallMillis,
            String kind,
            long session,
            long sequence,
            String machine,
            byte[] body,
            String file,
            long offset) {}

    /**
     * Reads all of it.
     *
     * @param directory as given to {@link LogReplication#inDirectory}
     * @throws IOException if there is no node's directory, or a file cannot be read at all; damage is in the result instead
     */
    public static Check verify(Path directory) throws IOException {
        return OfflineReader.verify(directory);
    }

    /**
     * Hands over the log's entries, in order, up to where the log ends or is damaged.
     *
     * @param from the first index wanted
     * @param to the last index wanted
     */
    public static void entries(Path directory, long from, long to, Consumer<Entry> each) throws IOException {
        OfflineReader.entries(directory, from, to, each);
    }
}
