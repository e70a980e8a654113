package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberState;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.replication.log.Voter;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the log says to the membership, if the node has one, and hears of it: that this node is master, that a peer refuses
 * connections; and who is dead since when, and where members are reached. On the loop.
 */
final class MemberTies {
    /** As often as it is looked at, and twice that: an entry that is being applied at that moment is not worth a word. */
    private static final long BEHIND_NANOS = 1_000_000_000L;

    private final FeatureContext context;
    private final BiConsumer<String, Address> found;
    private final Runnable moved;
    private final Predicate<String> belongs;
    private final Map<String, Address> addresses = new TreeMap<>();
    private final Map<String, AutopilotPlan.Seen> seen = new TreeMap<>();
    private @Nullable Membership membership;
    private @Nullable ReplicaRole said;
    /** NaN before anything was said. */
    private double saidBehind = Double.NaN;

    private boolean stopped;

    /**
     * Makes them.
     *
     * @param found a member is there, at that address
     * @param moved some member is at another address than before
     * @param belongs true of the ids of the log's nodes: these are remembered although the membership has forgotten them
     */
    MemberTies(FeatureContext context, BiConsumer<String, Address> found, Runnable moved, Predicate<String> belongs) {
        this.context = context;
        this.found = found;
        this.moved = moved;
        this.belongs = belongs;
    }

    void start() {
        Membership known = context.membership();
        membership = known;
        if (known != null) {
            known.listen(event -> {
                if (!stopped) {
                    changed(event);
                }
            });
            known.members().all().forEach(this::note);
            lookAgain();
        }
    }

    void stop() {
        stopped = true;
    }

    /** True if somebody knows who is there. */
    boolean exist() {
        return membership != null;
    }

    private void changed(MemberEvent event) {
        Member member = event.member();
        if (event.kind() == MemberEvent.Kind.FORGOTTEN) {
            addresses.remove(member.id());
            if (!belongs.test(member.id())) {
                seen.remove(member.id());
            } // else whoever was dead until now is so still
            return;
        }
        note(member);
        if (member.isPresent() && !member.address().equals(addresses.put(member.id(), member.address()))) {
            found.accept(member.id(), member.address());
            moved.run();
        }
    }

    private void note(Member member) {
        AutopilotPlan.Seen before = seen.get(member.id());
        long since = before != null && before.state() == member.state()
                ? before.sinceNanos()
                : context.runtime().clock().nanoTime();
        seen.put(
                member.id(),
                new AutopilotPlan.Seen(member.state(), since, member.node().zone()));
    }

    /** Others belong to the log's cluster: perhaps the membership knows where they are. */
    void lookAgain() {
        Membership known = membership;
        if (known != null) {
            known.members().present().forEach(member -> found.accept(member.id(), member.address()));
            seen.keySet()
                    .removeIf(
                            id -> !belongs.test(id) && known.members().find(id).isEmpty());
        }
    }

    /** Who is there and stores the log, by its own word: the master first, then who votes. */
    void guides(BiConsumer<String, Address> to) {
        Membership known = membership;
        if (known != null) {
            known.members().present().stream()
                    .filter(MemberTies::storesLog)
                    .sorted(Comparator.comparing(
                            member -> Objects.requireNonNull(member.facts().role())))
                    .forEach(member -> to.accept(member.id(), member.address()));
        }
    }

    private static boolean storesLog(Member member) {
        ReplicaRole role = member.facts().role();
        return role != null && role != ReplicaRole.CLIENT;
    }

    /** Where that voter is reached: where the membership sees it, else where it was when it got its place. */
    Address addressOf(Voter voter) {
        Membership known = membership;
        return known == null
                ? voter.address()
                : known.members()
                        .find(voter.nodeId())
                        .filter(Member::isPresent)
                        .map(Member::address)
                        .orElse(voter.address());
    }

    /** What the membership says, or said last, by node id. */
    Map<String, AutopilotPlan.Seen> seen() {
        return Collections.unmodifiableMap(seen);
    }

    /** What this node is to the log; null for nothing. */
    void is(@Nullable ReplicaRole role) {
        Membership known = membership;
        if (known != null && !stopped && !Objects.equals(role, said)) {
            said = role;
            known.say(facts -> facts.withRole(role));
        }
    }

    /** For how long this node's state has been older than it should be: a hint for balancers, in whole tenths of a second. */
    void isBehind(long nanos) {
        Membership known = membership;
        double seconds = nanos < BEHIND_NANOS ? 0 : Math.floor(nanos / 1e8) / 10;
        if (known != null && !stopped && seconds != saidBehind) {
            saidBehind = seconds;
            known.say(facts -> facts.withLoad(ReplicatedState.LAG, seconds));
        }
    }

    /** At that address nobody listens. That says nothing of a member that is reached at another one. */
    void refused(String nodeId, Address address) {
        Membership known = membership;
        if (known == null || stopped) {
            return;
        }
        boolean there = known.members()
                .find(nodeId)
                .filter(member ->
                        member.state() == MemberState.ALIVE && member.address().equals(address))
                .isPresent();
        if (there) {
            known.doubt(nodeId, true);
        }
    }
}
