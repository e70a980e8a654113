package io.holdfast.membership.swim;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.membership.swim.MemberChange.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What statements do to the view (SWIM, 4.2): a higher incarnation overrides a lower one, and of the same incarnation the graver
 * state the lighter one. Only the member itself raises its incarnation, so only it takes back what is held against it; that holds
 * for a death as well, so that one that was cut off comes back.
 *
 * <p>Ours: a statement names the process, too. A new process of the same id takes the place of the old one only with a higher
 * incarnation, which it learns from whoever still holds the old one ({@link Identity}); with one that is not higher it is told so.
 */
final class View {
    private final SwimState s;
    private final Gossip gossip;
    private final Probes probes;
    private final Reunion reunion;
    /** Deadlines are looked at no sooner than that. */
    private long nextDeadline = SwimState.NEVER;

    View(SwimState state, Gossip gossip, Probes probes, Reunion reunion) {
        this.s = state;
        this.gossip = gossip;
        this.probes = probes;
        this.reunion = reunion;
    }

    /** @param spread false for what a node hears when it joins, which all but it know */
    void alive(MemberInfo member, boolean spread) {
        Peer peer = s.table.get(member.id());
        if (peer == null) {
            if (!makeRoom()) {
                return;
            }
            Peer added = s.table.add(member, MemberState.ALIVE, s.now);
            enter(added);
            tell(added, Kind.JOINED, "");
        } else if (member.incarnation() > peer.incarnation) {
            renew(peer, member);
        } else {
            if (member.boot() != peer.info.boot()) {
                // told with the newest incarnation heard of, so that it can take one above, and asks first if the other
                // one lives
                MemberInfo held = peer.info.withIncarnation(peer.incarnation);
                SwimMessage told = peer.isLive() ? new SwimMessage.Alive(held) : peer.statement();
                gossip.send(member.address(), null, List.of(told));
            } else if (member.incarnation() == peer.incarnation && peer.info.incarnation() < member.incarnation()) {
                describe(peer, member); // a suspicion of this incarnation came first
            }
            return;
        }
        if (spread) {
            gossip.put(member.id(), new SwimMessage.Alive(member));
        }
    }

    private void renew(Peer peer, MemberInfo member) {
        MemberState before = peer.state;
        MemberInfo old = peer.info;
        boolean restarted = old.boot() != member.boot();
        if (restarted && peer.isLive()) {
            peer.state = MemberState.DEAD;
            tell(peer, Kind.DIED, "another process took its place");
        }
        Suspicion ended = peer.suspicion;
        if (ended != null && ended.isRefused() && ended.isBy(s.self.id())) {
            peer.evidencePause =
                    Math.min(peer.evidencePause * 2 + s.config.suspicionMin(), s.config.reconnectInterval() * 10);
            peer.evidenceFrom = s.now + peer.evidencePause;
        }
        if (before != MemberState.ALIVE && !restarted) {
            peer.doubtedUntil = s.now + s.config.reconnectInterval() * 2;
        }
        peer.suspicion = null;
        peer.incarnation = member.incarnation();
        change(peer, MemberState.ALIVE);
        describe(peer, member);
        if (before == MemberState.DEAD || before == MemberState.LEFT) {
            enter(peer);
            tell(peer, peer.introduced ? Kind.CAME_BACK : Kind.JOINED, "");
            if (!restarted) {
                reunion.cameBack(peer);
            }
        } else if (restarted) {
            tell(peer, Kind.CAME_BACK, "");
        } else {
            if (before == MemberState.SUSPECT) {
                tell(peer, Kind.REFUTED, "");
            }
            if (!old.saysTheSame(member)) {
                tell(peer, Kind.UPDATED, "");
            }
        }
    }

    private void describe(Peer peer, MemberInfo member) {
        boolean moved = !peer.info.address().equals(member.address()) || peer.info.boot() != member.boot();
        s.table.describe(peer, member);
        if (moved && s.ring.watched().contains(peer)) {
            s.out.watch(member);
        }
    }

    private void enter(Peer peer) {
        s.schedule.add(peer);
        s.ring.add(peer);
    }

    void suspect(SwimMessage.Suspect told) {
        Peer peer = s.table.get(told.id());
        if (peer != null
                && peer.isLive()
                && peer.info.boot() == told.boot()
                && told.incarnation() >= peer.incarnation) {
            peer.incarnation = told.incarnation();
            suspect(peer, told.by(), told.refused());
        }
    }

    /** This node found it out itself. */
    void raise(Peer peer, boolean refused) {
        if (!peer.isLive() || (refused && s.now < peer.evidenceFrom)) {
            return;
        }
        s.stats.suspicionsRaised++;
        boolean first = peer.state == MemberState.ALIVE;
        suspect(peer, List.of(s.self.id()), refused);
        if (first && s.config.lifeguard()) {
            gossip.send(peer.info.address(), peer, List.of());
        }
    }

    private void suspect(Peer peer, List<String> by, boolean refused) {
        Suspicion suspicion = peer.suspicion;
        boolean first = suspicion == null;
        if (suspicion == null) {
            long min = s.config.suspicionMinFor(s.members());
            long max = s.config.lifeguard() ? min * s.config.suspicionMaxFactor() : min * 2;
            int wanted = Math.min(s.config.confirmations(), s.members() - 2);
            suspicion = new Suspicion(s.now, s.config.lifeguard() ? min : max, max, wanted);
            peer.suspicion = suspicion;
            change(peer, MemberState.SUSPECT);
        }
        boolean news = suspicion.add(by);
        boolean evidence = refused && suspicion.refuse(s.now, s.config.evidenceTimeout());
        if (evidence) {
            s.stats.evidence++;
        }
        if (first) {
            tell(peer, Kind.SUSPECTED, refused ? "refused " + by.get(0) : "no answer to " + by.get(0));
        }
        if (first || news || evidence) {
            nextDeadline = Math.min(nextDeadline, suspicion.deadline(1));
            gossip.put(peer.id, peer.statement());
        }
        if (first
                && s.config.confirmations() > 0
                && s.config.lifeguard()
                && !suspicion.isBy(s.self.id())
                && s.ring.isConfirmer(peer, by.get(0), s.config.confirmations())) {
            probes.confirm(peer);
        }
    }

    void dead(SwimMessage.Dead told) {
        Peer peer = s.table.get(told.id());
        if (peer != null && peer.info.boot() == told.boot() && told.incarnation() >= peer.incarnation) {
            peer.incarnation = told.incarnation();
            if (peer.isLive() && isDoubted(told.by())) {
                suspect(peer, List.of(told.by()), false);
            } else if (peer.isLive()) {
                die(peer, told.by());
            }
        }
    }

    /**
     * Whoever was suspect or dead here may have been cut off itself, and not those that it holds for dead: as in {@link #merge} that
     * is a suspicion here, which the member can refute. Else a partition that heals while news of deaths are still under way
     * would kill the living on the other side. So it is with whoever is not known here: he may have come to the other side meanwhile.
     */
    private boolean isDoubted(String accuser) {
        if (accuser.isEmpty() || accuser.equals(s.self.id())) {
            return false;
        }
        Peer peer = s.table.get(accuser);
        return peer == null || (peer.state != MemberState.ALIVE || s.now < peer.doubtedUntil);
    }

    private void die(Peer peer, String by) {
        peer.suspicion = null;
        change(peer, MemberState.DEAD);
        go(peer);
        tell(peer, Kind.DIED, by);
        gossip.put(peer.id, new SwimMessage.Dead(peer.id, peer.info.boot(), peer.incarnation, by));
    }

    void left(SwimMessage.Left told) {
        Peer peer = s.table.get(told.id());
        if (peer != null
                && peer.info.boot() == told.boot()
                && told.incarnation() >= peer.incarnation
                && peer.state != MemberState.LEFT) {
            boolean wasLive = peer.isLive();
            peer.incarnation = told.incarnation();
            peer.suspicion = null;
            change(peer, MemberState.LEFT);
            if (wasLive) {
                go(peer);
            }
            tell(peer, Kind.LEFT, "");
            gossip.put(peer.id, told);
        }
    }

    private void go(Peer peer) {
        s.schedule.remove(peer);
        s.ring.remove(peer);
    }

    /**
     * What another's table says. A death there is a suspicion here if it lives here: the other may have been cut off, and the
     * member gets the chance to refute.
     */
    void merge(SwimTable.Entry entry, MemberInfo from, boolean spread) {
        MemberInfo member = entry.member();
        MemberState state = entry.state();
        if (state == MemberState.ALIVE) {
            alive(member, spread);
            return;
        }
        Peer peer = s.table.get(member.id());
        if (state == MemberState.SUSPECT || (state == MemberState.DEAD && peer != null && peer.isLive())) {
            if (peer == null || (peer.isLive() && member.incarnation() > peer.info.incarnation())) {
                alive(member, spread);
            }
            suspect(new SwimMessage.Suspect(
                    member.id(), member.boot(), member.incarnation(), List.of(from.id()), false));
        } else if (peer != null && state == MemberState.LEFT && peer.info.boot() == member.boot()) {
            left(new SwimMessage.Left(member.id(), member.boot(), member.incarnation()));
        } else if (peer == null || (!peer.isLive() && member.incarnation() > peer.incarnation)) {
            remember(peer, entry, from);
        }
    }

    /**
     * Somebody was dead, or had left, before this node knew of it. Users are told: whoever decides by who is dead must not depend
     * on having been there.
     */
    private void remember(@Nullable Peer known, SwimTable.Entry entry, MemberInfo from) {
        MemberInfo member = entry.member();
        long since = s.now - entry.ageSeconds() * 1_000_000_000L;
        if (s.now - since >= retention(entry.state(), member)) {
            return;
        }
        if (known == null && !makeRoom()) {
            return;
        }
        Peer peer = known == null ? s.table.add(member, entry.state(), s.now) : known;
        s.table.describe(peer, member);
        peer.incarnation = member.incarnation();
        MemberState before = peer.state;
        peer.state = entry.state();
        peer.since = since;
        s.table.place(peer);
        if (!peer.introduced || before != entry.state()) {
            peer.introduced = true;
            Kind kind = entry.state() == MemberState.LEFT ? Kind.LEFT : Kind.DIED;
            tell(peer, kind, entry.ageSeconds() + " s ago, as " + from.id() + " says");
        }
    }

    /** For one more, by forgetting whoever has been gone the longest; false if all places are taken by the living. */
    private boolean makeRoom() {
        while (s.table.isFull()) {
            Peer oldest = s.table.longestGone();
            if (oldest == null) {
                s.stats.refusedFull++;
                return false;
            }
            forget(oldest);
        }
        return true;
    }

    private void forget(Peer peer) {
        s.table.remove(peer);
        gossip.forget(peer.id);
        if (peer.introduced) {
            tell(peer, Kind.FORGOTTEN, "");
        }
    }

    private long retention(MemberState state, MemberInfo member) {
        if (state == MemberState.LEFT) {
            return s.config.leftRetention();
        }
        return member.isEphemeral() ? s.config.ephemeralRetention() : s.config.deadRetention();
    }

    /** Suspects whose time has run out are dead. */
    void tick() {
        if (s.now < nextDeadline) {
            return;
        }
        for (Peer peer : new ArrayList<>(s.table.suspects())) {
            Suspicion suspicion = peer.suspicion;
            if (suspicion != null && s.now >= suspicion.deadline(s.doubt())) {
                die(peer, s.self.id());
            }
        }
        scanDeadlines();
    }

    long next() {
        return nextDeadline;
    }

    private void scanDeadlines() {
        nextDeadline = SwimState.NEVER;
        for (Peer peer : s.table.suspects()) {
            Suspicion suspicion = peer.suspicion;
            if (suspicion != null) {
                long healthy = suspicion.deadline(1);
                long soonest =
                        healthy > s.now ? healthy : s.now + s.config.probeInterval() / 2; // it may get well meanwhile
                nextDeadline =
                        Math.min(nextDeadline, Math.min(soonest, Math.max(s.now, suspicion.deadline(s.doubt()))));
            }
        }
    }

    /** Nobody may die for what this node did not hear because it stood still. */
    void putOff(long late) {
        for (Peer peer : s.table.suspects()) {
            Suspicion suspicion = peer.suspicion;
            if (suspicion != null) {
                suspicion.putOff(late, s.now + s.config.probeTimeout());
            }
        }
        scanDeadlines();
    }

    /** Forgets those that have been gone for long enough. */
    void expire() {
        for (Peer peer : new ArrayList<>(s.table.gone())) {
            if (s.now - peer.since >= retention(peer.state, peer.info)) {
                forget(peer);
            }
        }
    }

    private void change(Peer peer, MemberState state) {
        peer.state = state;
        peer.since = s.now;
        s.table.place(peer);
    }

    private void tell(Peer peer, Kind kind, String cause) {
        peer.introduced |= peer.state != MemberState.DEAD && peer.state != MemberState.LEFT;
        s.out.changed(new MemberChange(kind, peer.info, peer.state, cause));
    }

    /** Where {@code address} leads to as far as is known. */
    @Nullable
    Peer at(Address address) {
        for (Peer peer : s.table.live()) {
            if (peer.info.address().equals(address)) {
                return peer;
            }
        }
        return null;
    }
}
