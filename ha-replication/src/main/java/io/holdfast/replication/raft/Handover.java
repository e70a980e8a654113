package io.holdfast.replication.raft;

import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftMessage.TimeoutNow;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A leader gives way in good order: Ongaro's thesis, 3.10. It takes no more proposals, waits until its successor's disk has all
 * of the log, and tells it to stand at once. If that does not come to pass within an election time-out it stands itself, for a
 * term of its own: having given up its lease, it must not act as master in this one.
 */
final class Handover {
    private final RaftState s;
    private final Replicator replicator;
    private boolean active;
    private String target = "";
    private boolean told;
    private long deadlineNanos;

    Handover(RaftState state, Replicator replicator) {
        this.s = state;
        this.replicator = replicator;
    }

    /** Any way of leading or not leading ends it. */
    void end() {
        active = false;
    }

    boolean isActive() {
        return active;
    }

    /** @return false if there is nobody to give way to */
    boolean begin(String node) {
        replicator.lease().surrender();
        Optional<String> successor = successor(node);
        if (successor.isEmpty()) {
            return false;
        }
        active = true;
        told = false;
        target = successor.get();
        deadlineNanos = s.now + s.config.electionTimeoutNanos();
        return true;
    }

    private Optional<String> successor(String node) {
        List<String> able =
                s.members.otherVoters().stream().filter(replicator::hasCaughtUp).toList();
        Optional<String> wanted =
                able.stream().filter(id -> Voter.nodeOf(id).equals(node)).findFirst();
        return wanted.isPresent() ? wanted : able.stream().max(fittest());
    }

    private Comparator<String> fittest() {
        Comparator<String> byHealth =
                Comparator.comparing(id -> -replicator.fitness(id).health());
        return byHealth.thenComparing(id -> replicator.fitness(id).priority()).thenComparing(replicator::match);
    }

    /** At the end of each step. */
    void advance() {
        if (active && !told && replicator.match(target) == s.log.lastIndex()) {
            told = true;
            s.send(
                    target,
                    new TimeoutNow(
                            s.term,
                            replicator.holdLeftNanos(),
                            replicator.lease().waitLeftNanos()));
        }
    }

    /** A leader that cannot go on, and whose callbacks may still act: whoever is best stands at once, and waits. */
    void flee() {
        replicator.lease().surrender();
        long mine = s.config.leaseNanos() == 0 ? 0 : s.config.promiseNanos() + s.config.stopNanos();
        successor("")
                .ifPresent(id -> s.send(
                        id,
                        new TimeoutNow(
                                s.term,
                                replicator.holdLeftNanos(),
                                Math.max(mine, replicator.lease().waitLeftNanos()))));
    }

    long dueNanos(long otherwise) {
        return active && deadlineNanos - otherwise < 0 ? deadlineNanos : otherwise;
    }

    boolean isOverdue() {
        return active && s.now - deadlineNanos >= 0;
    }
}
