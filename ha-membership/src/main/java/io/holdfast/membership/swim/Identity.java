package io.holdfast.membership.swim;

import io.holdfast.core.Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said of this node itself. A suspicion or a death is refuted by a higher incarnation, unless it is leaving.
 *
 * <p>Ours: a statement of another process with this id is either of a former life, or of a living double. Of a former life if it is
 * held for dead, or was at this very address: then this process takes its place, by an incarnation above it. Otherwise the other
 * one is asked. If it does not answer, this process takes its place; if it does, the one that has been running for longer stays,
 * and the other is refused, so that the id never moves to and fro between the two. A process that stood still for longer than a
 * suspicion lasts counts as new: the cluster may have replaced it with good reason.
 */
final class Identity {
    private static final int TRIES = 3;
    private static final int MAX_WINS = 3;
    /** Ages that differ by less say nothing, since the messages take time: then the boot decides. */
    private static final long AGE_TOLERANCE = 2_000_000_000L;

    private final SwimState s;
    private final Gossip gossip;
    private @Nullable MemberInfo contested;
    private int tries;
    private long next = SwimState.NEVER;
    private long beatenBoot;
    private int wins;

    Identity(SwimState state, Gossip gossip) {
        this.s = state;
        this.gossip = gossip;
    }

    /** Takes an incarnation above {@code incarnation}, and says so. */
    void raise(long incarnation) {
        long top = Math.max(s.self.incarnation(), incarnation);
        if (!s.leaving && top < MemberInfo.MAX_INCARNATION) { // only a forger ever gets there
            s.self = s.self.withIncarnation(top + 1);
            gossip.put(s.self.id(), new SwimMessage.Alive(s.self));
        }
    }

    /** Somebody holds it for suspect, dead or left. */
    void heardAgainst(long boot, long incarnation) {
        if (incarnation >= s.self.incarnation()) {
            if (boot == s.self.boot() && !s.leaving) {
                s.stats.suspicionsOfSelf++;
                s.health.worse(1);
            }
            raise(incarnation);
        }
    }

    /** Somebody holds a process of this id for alive. */
    void heardAlive(MemberInfo member) {
        boolean own = member.boot() == s.self.boot();
        if (own ? member.incarnation() > s.self.incarnation() : member.incarnation() >= s.self.incarnation()) {
            if (own || member.address().equals(s.self.address())) {
                raise(member.incarnation());
            } else if (contested == null) {
                contested = member;
                tries = 0;
                next = s.now;
            }
        }
    }

    long next() {
        return next;
    }

    void tick() {
        MemberInfo other = contested;
        if (other == null || s.now < next) {
            return;
        }
        if (tries++ < TRIES) {
            next = s.now + s.config.probeTimeout();
            s.out.send(other.address(), List.of(claim()));
        } else {
            settle();
            raise(other.incarnation());
        }
    }

    private SwimMessage.Claim claim() {
        return new SwimMessage.Claim(
                s.self.id(), s.self.boot(), s.self.incarnation(), Math.max(0, s.now - s.since), s.self.address());
    }

    private void settle() {
        contested = null;
        next = SwimState.NEVER;
    }

    /** The other one lives. */
    void claimed(Address source, SwimMessage.Claim claim) {
        if (!claim.id().equals(s.self.id()) || claim.boot() == s.self.boot() || s.leaving) {
            return;
        }
        wins = claim.boot() == beatenBoot ? wins + 1 : 1;
        beatenBoot = claim.boot();
        long older = s.now - s.since - claim.ageNanos();
        boolean byBoot = Math.abs(older) <= AGE_TOLERANCE || wins > MAX_WINS;
        boolean stays = byBoot ? Long.compareUnsigned(s.self.boot(), claim.boot()) > 0 : older > 0;
        settle();
        if (!stays) {
            s.running = false;
            s.out.conflict(claim.address(), claim.boot(), true);
            return;
        }
        s.out.send(source, List.of(claim()));
        if (claim.incarnation() >= s.self.incarnation()) {
            raise(claim.incarnation());
        }
        if (wins == 1) {
            s.out.conflict(claim.address(), claim.boot(), false);
        }
    }
}
