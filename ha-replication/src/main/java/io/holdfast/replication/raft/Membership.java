package io.holdfast.replication.raft;

import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to the group: the newest configuration in the log, decided or not, and those before it, to which a node goes
 * back when its log's end is replaced. (Ongaro's thesis, 4.1 and 4.3)
 */
public final class Membership {
    private record Change(long index, Configuration configuration) {}

    private final String self;
    /** Oldest first; the first one stands for all before it. */
    private final List<Change> changes = new ArrayList<>();

    private MajorityConfig voters;
    private @Nullable MajorityConfig outgoing;
    private List<String> peers = List.of();

    /**
     * One in which nothing has changed since.
     *
     * @param self this node's name
     * @param index of the last entry that {@code base} takes into account
     */
    public Membership(String self, long index, Configuration base) {
        this.self = self;
        this.voters = majority(base.voters());
        reset(index, base);
    }

    private static MajorityConfig majority(List<Voter> voters) {
        return new MajorityConfig(voters.stream().map(Voter::id).toList());
    }

    /** The log holds another one at that index. One that the beginning takes into account already is passed over. */
    public void append(long index, Configuration configuration) {
        if (index > changes.get(0).index()) {
            changes.add(new Change(index, configuration));
            use();
        }
    }

    /** The log ends before that index now. True if that changes something. */
    boolean truncateFrom(long index) {
        boolean changed = false;
        while (changes.size() > 1 && index() >= index) {
            changes.remove(changes.size() - 1);
            changed = true;
        }
        if (changed) {
            use();
        }
        return changed;
    }

    /** The log begins after that index now. */
    void dropUpTo(long index) {
        while (changes.size() > 1 && changes.get(1).index() <= index) {
            changes.remove(0);
        }
    }

    /** Forgets all: that configuration holds at that index. */
    void reset(long index, Configuration configuration) {
        changes.clear();
        changes.add(new Change(index, configuration));
        use();
    }

    private void use() {
        Configuration now = current();
        voters = majority(now.voters());
        outgoing = now.isJoint() ? majority(now.outgoing()) : null;
        peers = now.members().stream()
                .map(Voter::id)
                .filter(id -> !id.equals(self))
                .sorted()
                .toList();
    }

    /** The newest one. */
    public Configuration current() {
        return changes.get(changes.size() - 1).configuration();
    }

    /** At which index it is in the log. */
    long index() {
        return changes.get(changes.size() - 1).index();
    }

    /** Those that are in the log from {@code first} to {@code last}. */
    Map<Long, Configuration> within(long first, long last) {
        if (index() < first) {
            return Map.of();
        }
        Map<Long, Configuration> within = new TreeMap<>();
        for (int i = 1; i < changes.size(); i++) {
            Change change = changes.get(i);
            if (change.index() >= first && change.index() <= last) {
                within.put(change.index(), change.configuration());
            }
        }
        return within;
    }

    /** True if it has a vote. */
    boolean votes(String id) {
        return voters.contains(id) || (outgoing != null && outgoing.contains(id));
    }

    /** True if it had a vote until the newest one. */
    boolean votedBefore(String id) {
        if (changes.size() < 2) {
            return false;
        }
        Configuration before = changes.get(changes.size() - 2).configuration();
        return Stream.concat(before.voters().stream(), before.outgoing().stream())
                .anyMatch(voter -> voter.id().equals(id));
    }

    /** True if this node decides alone. */
    boolean alone() {
        return outgoing == null && voters.ids().equals(List.of(self));
    }

    /** Everybody else, in the order that all nodes share. */
    List<String> peers() {
        return peers;
    }

    /** The others who have a vote. */
    List<String> otherVoters() {
        return peers.stream().filter(this::votes).toList();
    }

    /** True if a majority satisfies {@code yes}; in joint consensus, a majority of each. */
    boolean won(Predicate<String> yes) {
        return voters.won(yes) && (outgoing == null || outgoing.won(yes));
    }

    /** The largest value that a majority has reached; in joint consensus, a majority of each. */
    long reached(ToLongFunction<String> value) {
        long reached = voters.reached(value);
        return outgoing == null ? reached : Math.min(reached, outgoing.reached(value));
    }
}
