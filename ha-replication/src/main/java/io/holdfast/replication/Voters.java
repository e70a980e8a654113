package io.holdfast.replication;

import io.holdfast.core.Address;
import io.holdfast.core.ChangeRefusedException;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.replication.node.ReplicationNode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Who votes in the log's cluster, and how that is changed while it serves. A change goes from any node to the master, which makes
 * it by joint consensus if the cluster survives it: one at a time, and only where both the present voters and those to be have a
 * majority of nodes that are connected and have the log.
 *
 * <pre>{@code
 * // on node-4, once: .with(LogReplication.inDirectory(dir).join("10.0.0.1:7400"))
 * LogReplication.voters(cluster).addVoter("node-4", Address.parse("10.0.0.4:7400")).join();
 * }</pre>
 *
 * <p>Each future completes where callbacks run, within the deadline, which is a minute unless {@link #within} says otherwise: a
 * change that cannot begin yet, because another one is under way or the new voter has not caught up, is waited for. It fails with
 *
 * <ul>
 *   <li>{@link ChangeRefusedException} if the cluster would not survive it as things are: nothing has changed;
 *   <li>{@link NotAvailableException} if it could not begin within the deadline: nothing has changed;
 *   <li>{@link OutcomeUnknownException} if it has begun, and is not known to be decided. To ask for the same again is safe.
 * </ul>
 *
 * <p>Immutable. Safe from any thread.
 */
public final class Voters {
    private static final Duration DEADLINE = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final ReplicationNode node;
    private final Duration deadline;
    private final boolean dryRun;

    Voters(ReplicationNode node) {
        this(node, DEADLINE, false);
    }

    private Voters(ReplicationNode node, Duration deadline, boolean dryRun) {
        this.node = node;
        this.deadline = deadline;
        this.dryRun = dryRun;
    }

    /** With another deadline, 10 ms to 1 hour; a new voter may have to fetch a large snapshot. */
    public Voters within(Duration limit) {
        if (limit.toMillis() < 10 || limit.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a deadline of " + limit + " is not within 10 ms to 1 h");
        }
        return new Voters(node, limit, dryRun);
    }

    /** One that changes nothing: it says what would be done now, or fails as the change would. */
    public Voters dryRun() {
        return new Voters(node, deadline, true);
    }

    /** Who votes and who gets the log, as the master knows; as this node knows, if no master answers. Never fails. */
    public CompletableFuture<VoterList> list() {
        return node.listVoters();
    }

    /**
     * Gives a node a vote that has {@linkplain LogReplication#join joined}; it is waited for until it has, and has caught up.
     * Two voters are worse than one, and four no better than three: add two.
     *
     * @param address where that node says that it is reached; the change is refused if it says something else
     */
    public CompletableFuture<VoterChange> addVoter(String nodeId, Address address) {
        return node.changeVoters(nodeId, "", address, deadline, dryRun, by());
    }

    /** Gives a node a vote, wherever it is reached. */
    public CompletableFuture<VoterChange> addVoter(String nodeId) {
        return node.changeVoters(nodeId, "", null, deadline, dryRun, by());
    }

    /**
     * Takes a node out of the cluster, whether it has a vote, only gets the log, or is no more. If it runs it stands for master
     * no longer and gets nothing any more; started again with its directory it comes back as a learner. A master hands over
     * first.
     */
    public CompletableFuture<VoterChange> removeVoter(String nodeId) {
        return node.changeVoters("", nodeId, null, deadline, dryRun, by());
    }

    /**
     * Gives the vote of one node to another that has joined, in one step: at no time are there fewer voters.
     *
     * @param oldNodeId who votes, dead or alive
     * @param newNodeId who has joined
     */
    public CompletableFuture<VoterChange> replaceVoter(String oldNodeId, String newNodeId) {
        return node.changeVoters(newNodeId, oldNodeId, null, deadline, dryRun, by());
    }

    private static String by() {
        return "its application";
    }
}
