package io.holdfast.membership.swim;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * Who is here, as a deterministic state machine: "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership
 * Protocol" (Das, Gupta, Motivala, DSN 2002) with all of "Lifeguard: Local Health Awareness for More Accurate Failure Detection"
 * (Dadgar, Phillips, Currey, arXiv 1707.00788), and some rules of our own, each told where it is: {@link ProbeSchedule} (watched
 * members more evenly), {@link Probes#confirm} (confirmations are asked for), {@link WatchRing} (a refused connection is
 * evidence), {@link Gossip} (news do not wait), {@link Reunion} (digests; the dead are knocked at), {@link Identity} (a restart
 * takes its old place, a double does not). One more is here: a node that finds its own loop late puts off all that it was about to
 * hold against others by as much, since what they said meanwhile is still to be read.
 *
 * <p>This class hands each input to the decision that it belongs to. Each method takes the time first, monotonic nanoseconds that
 * never go backwards, calls {@link SwimOutput} for whatever is to be done, and leaves in {@link #nextWake} when {@link #tick} is
 * wanted. Before {@link #start}, after {@link SwimOutput#leaveDone}, and after a conflict that this node lost, inputs are ignored.
 *
 * <p>Not thread-safe.
 */
public final class Swim {
    private static final long MAX_EXPIRY_INTERVAL = 60_000_000_000L;

    private final SwimState s;
    private final Gossip gossip;
    private final Reunion reunion;
    private final Probes probes;
    private final View view;
    private final Identity identity;
    private final UserMessages userMessages;
    private long wake = SwimState.NEVER;
    /** Lateness up to there is dealt with; what was to be done may still wait behind what is to be read. */
    private long accounted = Peer.LONG_AGO;

    private long nextExpiry = SwimState.NEVER;
    private long leaveDeadline = SwimState.NEVER;
    private long healthWorsenedAt = Peer.LONG_AGO;

    /**
     * @param self what others are told of this node; with incarnation 1, or what it was before if that is known
     * @param sizeOf how many bytes a message takes in a datagram
     * @param random whatever is left to chance; seeded by the caller
     */
    public Swim(
            SwimConfig config,
            MemberInfo self,
            ToIntFunction<SwimMessage> sizeOf,
            RandomGenerator random,
            SwimOutput out) {
        s = new SwimState(config, self, sizeOf, random, out);
        BroadcastQueue updates = new BroadcastQueue(sizeOf, config.maxMembers());
        gossip = new Gossip(s, updates, new BroadcastQueue(sizeOf, UserMessages.MAX_QUEUED));
        reunion = new Reunion(s, gossip);
        probes = new Probes(s, gossip, reunion);
        view = new View(s, gossip, probes, reunion);
        identity = new Identity(s, gossip);
        userMessages = new UserMessages(s, gossip);
        reunion.connect(probes);
        probes.connect(view);
    }

    /** Begins, and joins whoever is at one of {@code seeds}; alone if that is nobody, until somebody is. */
    public void start(long now, List<Address> seeds) {
        s.now = now;
        s.since = now;
        s.heard = now;
        s.running = true;
        probes.start();
        reunion.start(seeds);
        exit();
    }

    /** Does what is due. Too early or too often does no harm. */
    public void tick(long now) {
        if (enter(now)) {
            due();
            exit();
        }
    }

    /** When {@link #tick} is wanted next; {@link Long#MAX_VALUE} for never. May be in the past: then at once. */
    public long nextWake() {
        return s.running ? wake : SwimState.NEVER;
    }

    /**
     * A datagram came.
     *
     * @param source where from; answers go there
     */
    public void received(long now, Address source, List<SwimMessage> messages) {
        if (!enter(now)) {
            return;
        }
        s.heard = s.now;
        long before = s.self.incarnation();
        for (SwimMessage message : messages) {
            if (s.running) {
                receive(source, message);
            }
        }
        if (s.running && s.self.incarnation() != before && !s.leaving) {
            s.out.send(source, List.of(new SwimMessage.Alive(s.self))); // whoever told it hears the refutation first
        }
        exit();
    }

    private void receive(Address source, SwimMessage message) {
        if (message instanceof SwimMessage.Ping ping) {
            probes.ping(source, ping);
        } else if (message instanceof SwimMessage.Ack ack) {
            probes.ack(ack.sequence());
        } else if (message instanceof SwimMessage.Nack nack) {
            probes.nack(nack.sequence());
        } else if (message instanceof SwimMessage.PingRequest request) {
            probes.request(source, request);
        } else if (message instanceof SwimMessage.Alive alive) {
            alive(alive.member(), true);
        } else if (message instanceof SwimMessage.Suspect suspect) {
            if (isSelf(suspect.id())) {
                identity.heardAgainst(suspect.boot(), suspect.incarnation());
            } else {
                view.suspect(suspect);
            }
        } else if (message instanceof SwimMessage.Dead dead) {
            if (isSelf(dead.id())) {
                identity.heardAgainst(dead.boot(), dead.incarnation());
            } else {
                view.dead(dead);
            }
        } else if (message instanceof SwimMessage.Left left) {
            if (isSelf(left.id())) {
                identity.heardAgainst(left.boot(), left.incarnation());
            } else {
                view.left(left);
            }
        } else if (message instanceof SwimMessage.Digest digest) {
            reunion.digest(source, digest);
        } else if (message instanceof SwimMessage.Claim claim) {
            identity.claimed(source, claim);
        } else if (message instanceof SwimMessage.Broadcast broadcast) {
            userMessages.received(broadcast);
        } else if (message instanceof SwimMessage.Direct direct) {
            if (isSelf(direct.target()) && direct.boot() == s.self.boot()) { // else somebody passed another's on
                s.out.delivered(direct.from(), direct.payload(), false);
            }
        } else {
            throw new IllegalStateException("not handled: " + message);
        }
    }

    private boolean isSelf(String id) {
        return id.equals(s.self.id());
    }

    private void alive(MemberInfo member, boolean spread) {
        if (isSelf(member.id())) {
            identity.heardAlive(member);
        } else {
            view.alive(member, spread);
        }
    }

    /** Another node opened a stream and sent its table; it is answered by {@link SwimOutput#answer} during this call. */
    public void pushPullAsked(long now, long stream, SwimTable theirs) {
        if (enter(now)) {
            merge(theirs, true);
            if (s.running) {
                s.out.answer(stream, reunion.table());
            }
            exit();
        }
    }

    /** The table of whoever is at {@code to} came back. */
    public void pushPullAnswered(long now, Address to, SwimTable theirs) {
        if (enter(now)) {
            reunion.ended(to);
            reunion.answeredBy(to, theirs.from().id());
            boolean alone = s.table.live().isEmpty();
            merge(theirs, !alone);
            if (alone && s.running) {
                gossip.put(s.self.id(), s.leaving ? goodbye() : new SwimMessage.Alive(s.self));
            }
            exit();
        }
    }

    private void merge(SwimTable theirs, boolean spread) {
        alive(theirs.from(), true);
        for (SwimTable.Entry entry : theirs.entries()) {
            MemberInfo member = entry.member();
            if (!isSelf(member.id())) {
                view.merge(entry, theirs.from(), spread);
            } else if (entry.state() == MemberState.DEAD || entry.state() == MemberState.LEFT) {
                identity.heardAgainst(member.boot(), member.incarnation());
            } else if (entry.state() == MemberState.SUSPECT && member.boot() == s.self.boot()) {
                identity.heardAgainst(member.boot(), member.incarnation());
            } else {
                identity.heardAlive(member);
            }
        }
    }

    /**
     * The stream to {@code to} did not come about, or broke.
     *
     * @param refused whether the connection was refused
     */
    public void pushPullFailed(long now, Address to, boolean refused) {
        if (enter(now)) {
            reunion.ended(to);
            if (refused) {
                evidence(to);
            }
            endIfTold();
            exit();
        }
    }

    /** How the probe over a stream ended that {@link SwimOutput#probe} asked for. */
    public void probed(long now, long probe, ProbeOutcome outcome) {
        if (enter(now)) {
            probes.probed(probe, outcome);
            exit();
        }
    }

    /** A connection to that member, watched or any other, was closed by its end or broke. */
    public void linkClosed(long now, String id) {
        if (enter(now)) {
            Peer peer = s.table.get(id);
            if (peer != null && peer.isLive()) {
                probes.hasten(peer);
            }
            exit();
        }
    }

    /** A connection to that address was refused, whatever it was for. */
    public void refused(long now, Address address) {
        if (enter(now)) {
            evidence(address);
            exit();
        }
    }

    private void evidence(Address address) {
        Peer peer = view.at(address);
        if (peer != null) {
            view.raise(peer, true);
        }
    }

    /** Where others may be, in place of what {@link #start} or an earlier call said. */
    public void discovered(long now, List<Address> seeds) {
        if (enter(now)) {
            reunion.discovered(seeds);
            exit();
        }
    }

    /** This node is to say something else of itself from now on. */
    public void update(long now, Address address, byte[] metadata) {
        if (!s.leaving && enter(now)) {
            MemberInfo old = s.self;
            s.self = new MemberInfo(old.id(), old.boot(), old.incarnation(), address, old.flags(), metadata);
            identity.raise(old.incarnation());
            exit();
        }
    }

    /**
     * Tells all members; best effort.
     *
     * @throws IllegalArgumentException beyond 512 bytes
     */
    public void broadcast(long now, byte[] payload) {
        if (enter(now)) {
            userMessages.broadcast(payload);
            exit();
        }
    }

    /**
     * Tells one member, by one datagram.
     *
     * @return false if it is not known to be alive
     */
    public boolean send(long now, String id, byte[] payload) {
        if (payload.length > SwimMessage.Broadcast.MAX_PAYLOAD) {
            throw new IllegalArgumentException(
                    "a message of " + payload.length + " bytes; at most " + SwimMessage.Broadcast.MAX_PAYLOAD);
        }
        Peer peer = s.table.get(id);
        if (peer == null || !peer.isLive() || !enter(now)) {
            return false;
        }
        gossip.send(
                peer.info.address(),
                peer,
                List.of(new SwimMessage.Direct(s.self.id(), id, peer.info.boot(), payload.clone())));
        exit();
        return true;
    }

    /**
     * Says goodbye; {@link SwimOutput#leaveDone} follows, at once if nobody is there to hear it. Whoever was asked to let this node
     * join may know it before the answer is here, so the answer is awaited.
     */
    public void leave(long now) {
        if (!s.leaving && enter(now)) {
            s.self = s.self.withIncarnation(Math.min(MemberInfo.MAX_INCARNATION, s.self.incarnation() + 1));
            s.leaving = true;
            leaveDeadline = s.now + s.config.leaveTimeout();
            gossip.put(s.self.id(), goodbye());
            due();
            exit();
        }
    }

    /**
     * This node stood still for {@code late} nanoseconds before now. It finds out by itself when it is woken late; this is for what
     * the driver knows from elsewhere.
     */
    public void late(long now, long late) {
        if (enter(now)) {
            lateBy(late);
            exit();
        }
    }

    private boolean enter(long now) {
        s.now = Math.max(now, s.now);
        if (!s.running) {
            return false;
        }
        long from = Math.max(wake, accounted);
        if (wake != SwimState.NEVER && s.now - from > s.config.lateness()) {
            accounted = s.now;
            lateBy(s.now - from);
        }
        return true;
    }

    private void lateBy(long late) {
        s.stats.late++;
        s.stats.lateNanos += late;
        if (late > s.config.suspicionMin()) {
            s.since = s.now;
        }
        if (s.config.lifeguard()) {
            view.putOff(late);
            probes.putOff(late);
            if (s.now - healthWorsenedAt >= s.config.probeInterval()) {
                healthWorsenedAt = s.now;
                s.health.worse(1);
            }
        }
    }

    private void due() {
        probes.tick();
        view.tick();
        identity.tick();
        if (!s.running) {
            return;
        }
        reunion.tick();
        gossip.tick();
        if (s.now >= nextExpiry) {
            nextExpiry = SwimState.NEVER;
            view.expire();
        }
        endIfTold();
    }

    private void endIfTold() {
        boolean alone = s.table.live().isEmpty();
        boolean told = alone ? !reunion.isAsking() : !gossip.isTelling(s.self.id());
        if (s.running && s.leaving && (told || s.now >= leaveDeadline)) {
            s.running = false;
            s.out.leaveDone();
        }
    }

    private SwimMessage goodbye() {
        return new SwimMessage.Left(s.self.id(), s.self.boot(), s.self.incarnation());
    }

    private void exit() {
        if (!s.running) {
            return;
        }
        s.ring.tell(s.out);
        if (nextExpiry == SwimState.NEVER && !s.table.gone().isEmpty()) {
            long soonest = Math.min(
                    s.config.leftRetention(), Math.min(s.config.ephemeralRetention(), s.config.deadRetention()));
            nextExpiry = s.now + Math.min(MAX_EXPIRY_INTERVAL, soonest / 4);
        }
        wake = Math.min(
                Math.min(Math.min(probes.next(), gossip.next()), Math.min(view.next(), reunion.next())),
                Math.min(Math.min(identity.next(), nextExpiry), leaveDeadline));
    }

    /** What others are told of this node now. */
    public MemberInfo self() {
        return s.self;
    }

    /** All others, the dead and those that left among them as long as they are remembered. */
    public List<SwimMember> members() {
        List<SwimMember> members = new ArrayList<>();
        for (Peer peer : s.table.all()) {
            if (peer.introduced) {
                members.add(new SwimMember(peer.info, peer.state, peer.since));
            }
        }
        return members;
    }

    /** How many live, this node and suspects among them. */
    public int liveMembers() {
        return s.members();
    }

    /** The ids of those whom this node watches. */
    public List<String> watched() {
        return s.ring.watched().stream().map(p -> p.id).toList();
    }

    /** Sum over the living and what they say of themselves: the same on nodes that agree. */
    public long digest() {
        return s.digest();
    }

    /** How far this node doubts itself: 0 to 8. */
    public int localHealth() {
        return s.health.score();
    }

    /** Whether this node has no news of members to tell. */
    public boolean isQuiet() {
        return gossip.isQuiet();
    }

    /** Counts since the start. */
    public SwimStats stats() {
        return s.stats;
    }
}
