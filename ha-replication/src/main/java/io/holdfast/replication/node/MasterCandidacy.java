package io.holdfast.replication.node;

import io.holdfast.core.FencingToken;
import io.holdfast.core.Health;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.spi.ElectionEngine.Campaign;
import io.holdfast.core.spi.ElectionEngine.Candidacy;
import io.holdfast.core.spi.ElectionEngine.Listener;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.Fitness;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.RaftRole;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This node's standing for master, which the log's own elections decide: a grant is a term in which this node leads, holds the
 * lease, and has waited for whoever led before. On the loop.
 */
final class MasterCandidacy implements Candidacy {
    private final String node;
    private final Clock clock;
    private final Campaign campaign;
    private final Listener listener;
    private final Supplier<@Nullable Raft> raft;
    private final Consumer<String> transfer;
    private boolean granted;
    private boolean withdrawn;
    private boolean pausing;
    private long pausedUntilNanos;

    MasterCandidacy(
            String node,
            Clock clock,
            Campaign campaign,
            Listener listener,
            Supplier<@Nullable Raft> raft,
            Consumer<String> transfer) {
        this.node = node;
        this.clock = clock;
        this.campaign = campaign;
        this.listener = listener;
        this.raft = raft;
        this.transfer = transfer;
    }

    /** How fit a node is that does not stand, and that nobody prefers: the others must know of a sick one all the same. */
    static Fitness withoutStanding(Health health) {
        return new Fitness(rank(health), 0);
    }

    private static int rank(Health health) {
        return switch (health) {
            case UP -> 0;
            case DEGRADED -> 1;
            case DOWN -> Fitness.DOWN;
        };
    }

    /** How fit this node is to lead, if it is as healthy as that. */
    Fitness fitness(Health health) {
        pausing = pausing && clock.nanoTime() - pausedUntilNanos < 0;
        boolean unfit = pausing || withdrawn;
        return new Fitness(unfit ? Fitness.DOWN : rank(health), campaign.priority());
    }

    void granted(FencingToken token, long untilNanos) {
        if (!withdrawn) {
            granted = true;
            listener.granted(token, untilNanos);
        }
    }

    void extended(long untilNanos) {
        if (granted) {
            listener.extended(untilNanos);
        }
    }

    void handOverWanted(String to, String reason) {
        if (granted) {
            listener.handOverWanted(to, reason);
        } else {
            transfer.accept(to);
        }
    }

    /** This node leads no longer, if it did. */
    void lost(String reason) {
        if (granted) {
            granted = false;
            listener.revoked(reason);
        }
    }

    @Override
    public void release(String to, long pauseNanos) {
        if (pauseNanos > 0) {
            pausing = true;
            pausedUntilNanos = clock.nanoTime() + pauseNanos;
        }
        if (granted) {
            granted = false;
            transfer.accept(to);
        }
    }

    @Override
    public void withdraw() {
        withdrawn = true;
        release("", 0);
    }

    @Override
    public String whyNot(String to) {
        Raft running = raft.get();
        if (running == null || running.role() != RaftRole.LEADER) {
            return node + " is not the master";
        }
        Configuration configuration = running.configuration();
        if (to.isEmpty()) {
            boolean anybody = configuration.voters().stream().anyMatch(v -> !isOwn(v) && running.hasCaughtUp(v.id()));
            return anybody ? "" : "no other voter is connected and has caught up";
        }
        Optional<Voter> voter = configuration.voters().stream()
                .filter(v -> v.nodeId().equals(to))
                .findFirst();
        if (voter.isEmpty()) {
            return to + " is not a voter; the voters are " + configuration.voters();
        }
        return running.hasCaughtUp(voter.get().id()) ? "" : to + " is not connected or has not caught up";
    }

    private boolean isOwn(Voter voter) {
        return voter.nodeId().equals(node);
    }
}
