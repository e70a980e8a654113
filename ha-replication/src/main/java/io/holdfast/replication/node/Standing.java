package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.Health;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.RaftRole;
import io.holdfast.replication.wire.ClientMessage.Announcement;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a node says of itself: its state for people and meters, whether it is ready, and whom clients turn to. On the loop. */
final class Standing {
    static final String DOUBT =
            "the end of its log or its vote was found damaged, perhaps by a torn write; it does not vote until"
                    + " it has heard from all other voters or caught up with a master";

    static final String INCOMPLETE =
            "the end of its log was lost, and another voter has said that it has more: it neither stands nor votes for less, and"
                    + " does not vote until a voter with as much is there; if that one's disk is lost, see ha recover";

    static final String REMOVED =
            "this node was removed from the cluster: it gets the log no longer, and stands for nothing. Stop it, or start it again"
                    + " to have it back as a learner, without a vote";

    private static final String LOG = "log";
    private static final long PUBLISH_NANOS = 20_000_000L;

    /** How old the commit index is, at the least, that every working disk must have reached. */
    private static final long AGREED_NANOS = 500_000_000L;

    private final FeatureContext context;
    private long publishedNanos;
    private long commitNoted;
    private long commitNotedNanos;
    private long agreedIndex;
    private boolean ready;
    private boolean saidRemoved;
    /** Why the log cannot be written; empty while it can. */
    private String stalledBy = "";
    /** What has to come first; empty for nothing. */
    private String heldBackBy = "";

    private final Supplier<Map<String, String>> troubles;
    private final Function<Voter, Address> addresses;
    private long masterlessSinceNanos;
    private long upToDateNanos;
    private volatile LogStatus status = LogStatus.unknown(ReplicaRole.SLAVE);
    private volatile @Nullable Situation situation;

    /**
     * Makes one.
     *
     * @param troubles why nodes are not reached, by node id
     * @param addresses where a member is reached by now
     */
    Standing(FeatureContext context, Supplier<Map<String, String>> troubles, Function<Voter, Address> addresses) {
        this.context = context;
        this.troubles = troubles;
        this.addresses = addresses;
        this.masterlessSinceNanos = context.runtime().clock().nanoTime();
        this.upToDateNanos = masterlessSinceNanos;
        this.commitNotedNanos = masterlessSinceNanos;
        context.health(LOG, Health.UP, "");
    }

    /** At most half a second old. Safe from any thread. */
    LogStatus status() {
        return status;
    }

    /** Null before there is anything to say. At most half a second old. Safe from any thread. */
    @Nullable
    Situation situation() {
        return situation;
    }

    /** For how long this node has not had all that it has heard of, or has heard of nothing. On the loop. */
    long behindNanos() {
        return context.runtime().clock().nanoTime() - upToDateNanos;
    }

    /** A few times a second are enough. */
    void publishSoon(Raft raft, long applied, long durable) {
        if (context.runtime().clock().nanoTime() - publishedNanos > PUBLISH_NANOS) {
            publish(raft, applied, durable);
        }
    }

    void publish(Raft raft, long applied, long durable) {
        publishedNanos = context.runtime().clock().nanoTime();
        noteCommit(raft.commitIndex());
        boolean master = raft.role() == RaftRole.LEADER;
        Map<String, Long> matches = new TreeMap<>();
        raft.matches().forEach((id, match) -> matches.merge(Voter.nodeOf(id), match, Math::max));
        status = new LogStatus(
                master ? ReplicaRole.MASTER : raft.votes() ? ReplicaRole.SLAVE : ReplicaRole.LEARNER,
                raft.term(),
                Voter.nodeOf(raft.leader()),
                raft.lastIndex(),
                raft.commitIndex(),
                applied,
                durable,
                master ? matches : Map.of());
        boolean hears = raft.hearsLeader();
        if (hears) {
            masterlessSinceNanos = publishedNanos;
        }
        if (hears && applied >= raft.commitIndex()) {
            upToDateNanos = publishedNanos;
        }
        situation = new Situation(
                context.node().id(),
                raft.self(),
                publishedNanos,
                status,
                hears ? status.master() : "",
                raft.configuration(),
                raft.configurationIndex(),
                addresses(raft.configuration()),
                raft.votes(),
                raft.isRemoved(),
                raft.doubtful(),
                raft.unheard(),
                raft.reached(),
                raft.refusals(),
                raft.caughtUp(),
                sound(raft),
                agreedIndex,
                masterlessSinceNanos,
                raft.committedInTerm(),
                stalledBy,
                troubles.get(),
                raft.supports(),
                raft.levels());
    }

    private Map<String, Address> addresses(Configuration of) {
        Map<String, Address> known = new TreeMap<>();
        of.members().forEach(voter -> known.put(voter.nodeId(), addresses.apply(voter)));
        return known;
    }

    private void noteCommit(long commitIndex) {
        if (publishedNanos - commitNotedNanos >= AGREED_NANOS) {
            agreedIndex = commitNoted;
            commitNoted = commitIndex;
            commitNotedNanos = publishedNanos;
        }
    }

    private Set<String> sound(Raft raft) {
        TreeSet<String> sound = new TreeSet<>(raft.sound());
        if (context.nodeHealth() != Health.DOWN) {
            sound.add(raft.self());
        }
        return sound;
    }

    /** Once it serves, it is ready until it is stalled; until then it says why not. True if it has just become ready. */
    boolean checkReady(Raft raft, long applied) {
        boolean serves = stalledBy.isEmpty()
                && heldBackBy.isEmpty()
                && !raft.leader().isEmpty()
                && raft.committedInTerm()
                && applied == raft.commitIndex();
        if (raft.isRemoved()) {
            if (ready || !saidRemoved) {
                saidRemoved = true;
                ready = false;
                context.ready(false, REMOVED);
            }
            return false;
        }
        if (ready || !serves) {
            return false;
        }
        ready = true;
        context.ready(true, "");
        return true;
    }

    void sayWhyNotReady(Raft raft, long applied) {
        if (!ready) {
            context.ready(false, whyNotReady(raft, applied));
        }
    }

    private String whyNotReady(Raft raft, long applied) {
        if (raft.isRemoved()) {
            return REMOVED;
        }
        if (!stalledBy.isEmpty()) {
            return stalledBy;
        }
        if (raft.doubtful()) {
            return DOUBT;
        }
        if (raft.isIncomplete()) {
            return INCOMPLETE;
        }
        if (!raft.configuration().isMember(raft.self())) {
            return "this node's disk is new to the cluster; it waits for the master to take it in";
        }
        if (raft.leader().isEmpty()) {
            return "no master is known";
        }
        if (!heldBackBy.isEmpty()) {
            return heldBackBy;
        }
        return "it has applied entries up to " + applied + ", and the master's log is longer";
    }

    /** It is not ready before that has come; empty if it has. */
    void holdBack(String why) {
        heldBackBy = why;
    }

    /** The log cannot be written. */
    void stalled(String why) {
        stalledBy = why;
        ready = false;
        context.health(LOG, Health.DOWN, why);
        context.ready(false, why);
    }

    /** It can be again. */
    void goesOn() {
        stalledBy = "";
        context.health(LOG, Health.UP, "");
    }

    /** Whom clients turn to. */
    static Announcement announcement(Raft raft, Function<Voter, Address> addresses) {
        Map<String, String> voters = new TreeMap<>();
        raft.configuration()
                .voters()
                .forEach(voter ->
                        voters.put(voter.nodeId(), addresses.apply(voter).toString()));
        return new Announcement(raft.term(), Voter.nodeOf(raft.leader()), voters);
    }

    /** A configuration in words. */
    static String describe(Configuration configuration) {
        StringBuilder text = new StringBuilder("the voters are ").append(configuration.voters());
        if (configuration.isJoint()) {
            text.append(", decided by a majority of ")
                    .append(configuration.outgoing())
                    .append(", too");
        }
        if (!configuration.learners().isEmpty()) {
            text.append("; without a vote yet: ").append(configuration.learners());
        }
        if (!configuration.standby().isEmpty()) {
            text.append("; standing by without one: ").append(configuration.standby());
        }
        if (configuration.level() > FeatureLevel.BASE) {
            text.append("; the log is at level ").append(configuration.level());
        }
        return text.toString();
    }
}
