package io.holdfast.replication.node;

import io.holdfast.core.HaEvent;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.replication.log.SeedMark;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.raft.RaftRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the state of a node that was seeded compared with the master's, and answers those who ask for that. As long as it has not been, the node is not ready, and
 * says of itself that it is not fit to lead, by which the autopilot gives it no vote either. On the loop.
 */
final class SeedComparison {
    private static final Logger LOG = LoggerFactory.getLogger(SeedComparison.class);
    private static final String WAITS =
            "its state came from a seed, and has not been compared with the master's yet, which is done as soon as it has the log";

    private final FeatureContext context;
    private final Path directory;
    private final long seededTo;
    private final Raft raft;
    private final PeerLinks peers;
    private final Applier applier;
    private final Worker reader;
    private final Standing standing;
    private final Meters meters;
    /** Null if there is nothing to compare, or not any more. */
    private @Nullable SeedCheck check;

    /**
     * Begins if the node was seeded, and has no vote: who has one has been compared before.
     *
     * @param seededTo the last entry of the seed, 0 if there was none
     */
    SeedComparison(
            FeatureContext context,
            Path directory,
            long seededTo,
            Raft raft,
            PeerLinks peers,
            Applier applier,
            Worker reader,
            Standing standing,
            Meters meters) {
        this.context = context;
        this.directory = directory;
        this.seededTo = seededTo;
        this.raft = raft;
        this.peers = peers;
        this.applier = applier;
        this.reader = reader;
        this.standing = standing;
        this.meters = meters;
        if (seededTo > 0 && !raft.votes()) {
            check = new SeedCheck(seededTo);
            standing.holdBack(WAITS);
        }
    }

    /** True until the state is known to be the master's. */
    boolean isOpen() {
        return check != null;
    }

    /** The state is that after this entry. */
    void applied(long index) {
        SeedCheck open = check;
        if (open != null && applier.mayBeHashed()) {
            open.own(index, applier.hashes());
            conclude(open);
        }
    }

    /** Asks, now and then. */
    void tick() {
        SeedCheck open = check;
        String master = raft.leader();
        if (open == null || master.isEmpty()) {
            return;
        }
        if (raft.role() == RaftRole.LEADER) {
            done("it is the master by now");
        } else if (applier.applied() >= seededTo && raft.committedInTerm()) {
            open.ask(master);
            peers.send(master, new RaftMessage.StateReport(raft.term(), applier.applied(), StateHashes.ASKED, 0));
            conclude(open);
        }
    }

    /** The state is the master's own by now. */
    void installed() {
        if (check != null) {
            done("the master has sent its snapshot");
        }
    }

    /** Somebody says what a hash of its state is. */
    void told(String from, long index, int subject, long hash) {
        SeedCheck open = check;
        if (open != null && from.equals(raft.leader()) && subject != StateHashes.ANSWERS) {
            open.told(index, subject, hash);
            conclude(open);
        }
    }

    /** Says to who asks what the hashes of this node's state are, as it is now; nothing if that cannot be said now, for it asks again. */
    void answer(String to) {
        if (check == null && applier.mayBeHashed()) {
            applier.hashes()
                    .forEach((subject, hash) ->
                            peers.send(to, new RaftMessage.StateReport(raft.term(), applier.applied(), subject, hash)));
        }
    }

    private void conclude(SeedCheck open) {
        switch (open.outcome()) {
            case OPEN -> {}
            case SAME -> done("it is the master's after entry " + open.index());
            case UNTOLD ->
                done(
                        "the master, " + Voter.nodeOf(raft.leader())
                                + ", does not say what its own is, as in an earlier release; it is compared with the voters' states as any other is");
            case ANOTHER -> refute(open.index());
        }
    }

    private void done(String why) {
        check = null;
        LOG.info("{} was seeded with a state up to entry {}: {}", context.node().id(), seededTo, why);
        standing.holdBack("");
        reader.execute(() -> {
            try {
                SeedMark.remove(context.runtime().storage(), directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void refute(long index) {
        check = null; // it is said once
        String master = Voter.nodeOf(raft.leader());
        meters.stateDiffers();
        context.event(HaEvent.Kind.STATE_DIFFERS, master, "after index " + index + ", of the seed");
        context.fail(new IllegalStateException(context.node().id() + " was seeded with a state up to entry " + seededTo
                + ", which is not the state of " + master + ", the master, after entry " + index
                + ": the backup was changed, or is of a copy of the cluster that went its own way. Empty " + directory
                + ", start it without a seed, and find out where that backup comes from"));
    }
}
