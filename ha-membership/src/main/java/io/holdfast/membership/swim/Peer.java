package io.holdfast.membership.swim;

import io.holdfast.core.MemberState;
import org.jspecify.annotations.Nullable;

/** What is held of another member. */
final class Peer {
    static final long LONG_AGO = Long.MIN_VALUE / 2;

    final String id;
    /** Its place on the ring of {@link WatchRing}. */
    final long place;
    /** As it last said itself; its incarnation may be behind {@link #incarnation}, as suspicions may come first. */
    MemberInfo info;

    MemberState state;
    /** The newest that was heard of. */
    long incarnation;
    /** Since when it is in that state here; for the dead as their age says. */
    long since;
    /** There if and only if it is suspected. */
    @Nullable
    Suspicion suspicion;
    /** Whether users know of it. */
    boolean introduced;
    /** Where it stands in the list of the living; -1 if it does not. */
    int liveIndex = -1;
    /** Being probed now. */
    boolean probed;
    /** Refusals by it are no evidence before that: it was alive in spite of them. */
    long evidenceFrom = LONG_AGO;
    /** How long that lasts next time. */
    long evidencePause;
    /** It was held for suspect or dead and is alive: what it says of others' deaths before that is no more than a suspicion. */
    long doubtedUntil = LONG_AGO;

    long digest;

    Peer(MemberInfo info, MemberState state, long now) {
        this.id = info.id();
        this.place = Hashes.of(id);
        this.info = info;
        this.state = state;
        this.incarnation = info.incarnation();
        this.since = now;
        this.digest = Hashes.entry(info);
    }

    boolean isLive() {
        return liveIndex >= 0;
    }

    /** What others are told of it. */
    SwimMessage statement() {
        Suspicion held = suspicion;
        return switch (state) {
            case ALIVE -> new SwimMessage.Alive(info);
            case SUSPECT -> {
                if (held == null) {
                    throw new IllegalStateException(id + " is suspected without a suspicion");
                }
                yield new SwimMessage.Suspect(id, info.boot(), incarnation, held.by(), held.isRefused());
            }
            case DEAD -> new SwimMessage.Dead(id, info.boot(), incarnation, "");
            case LEFT -> new SwimMessage.Left(id, info.boot(), incarnation);
        };
    }
}
