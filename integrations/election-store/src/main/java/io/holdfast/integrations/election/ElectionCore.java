package io.holdfast.integrations.election;

import io.holdfast.core.Address;
import io.holdfast.core.FencingToken;
import io.holdfast.core.Health;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.ElectionEngine.Campaign;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Elections by records that are compared and set, for one node: pure, with time as an argument; {@link StoreElection} carries
 * out its requests, one at a time, and tells its effects.
 *
 * <p>Each run of a node has a record of its own, which it writes again four times in a lease ({@link OwnRecord}). Each role has a
 * record that names the holder and its run. A role is taken only by a write that expects the record's version, and only
 * <ul>
 *   <li>after the holder has given it back, or
 *   <li>after the holder's own record was taken away, which takes a node that has seen it unchanged for the lease and the drift,
 *       and {@code stopWithin} after that.
 * </ul>
 * A holder whose record is gone finds out at its next renewal, which expects the version that it wrote last; its grants had
 * ended before, since they last for a lease from before the last confirmed renewal was <em>sent</em>. Late writes, old reads and
 * lost answers do no harm: the first fail by their version, the others only make a node wait for longer.
 */
final class ElectionCore {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long ASK_AGAIN_NANOS = 30_000_000_000L;
    private static final long LEAST_GRACE_NANOS = 500_000_000L;
    private static final long LEAST_GAP_NANOS = 20_000_000L;
    private static final long MILLI = 1_000_000L;

    /** A grant that has ended: its token is never granted again, and the role is given back from then on. */
    private record Ended(FencingToken token, long backNanos, String to) {}

    private final String node;
    private final ElectionTiming timing;
    private final RecordJson json = new RecordJson();
    private final RandomGenerator random;
    private final OwnRecord own;
    private final Board board;
    private final HandOverRule handOverRule;
    private final Backoff backoff;
    private final SortedMap<String, Standing> standings = new TreeMap<>();
    private final Map<String, Ended> ended = new HashMap<>();
    private final List<Effect> effects = new ArrayList<>();

    private Health health = Health.UP;
    private boolean everRead;
    /** The board may be behind what this node itself has written. */
    private boolean behind = true;

    private long nextReadNanos;
    private long lastReadNanos;
    private boolean resting;
    private long restingUntilNanos;
    private boolean leaving;
    private long dueNanos;
    private String complaint = "";

    ElectionCore(String node, ElectionTiming timing, RandomGenerator random) {
        this.node = node;
        this.timing = timing;
        this.random = random;
        this.own = new OwnRecord(node, timing, json, random);
        this.board =
                new Board(json, timing.lease().toNanos(), timing.clockDrift().toNanos());
        this.handOverRule = new HandOverRule(timing.calm().toNanos());
        this.backoff =
                new Backoff(50 * MILLI, Math.min(2_000 * MILLI, timing.lease().toNanos() / 5), random);
    }

    /** Says where this node is reached, for operators who ask another one. */
    void reachedAt(Address address) {
        own.address(address);
    }

    void stand(Campaign campaign) {
        if (standings.size() >= RecordJson.MOST_ROLES) {
            throw new IllegalArgumentException("a node stands for at most " + RecordJson.MOST_ROLES + " roles");
        }
        if (standings.putIfAbsent(campaign.role(), new Standing(campaign)) != null) {
            throw new IllegalArgumentException(node + " stands for role " + campaign.role() + " already");
        }
        own.changed();
    }

    void release(String role, String to, long pauseNanos, long nowNanos) {
        Standing standing = standings.get(role);
        if (standing == null || standing.granted == null) {
            return;
        }
        end(standing, nowNanos, to);
        if (pauseNanos > 0) {
            standing.paused = true;
            standing.pausedUntilNanos = nowNanos + pauseNanos;
            own.changed();
        }
    }

    void withdraw(String role, long nowNanos) {
        Standing standing = standings.remove(role);
        if (standing != null && standing.granted != null) {
            end(standing, nowNanos, "");
        }
        ended.computeIfPresent(role, (r, e) -> new Ended(e.token(), nowNanos, e.to())); // its callbacks have returned
        own.changed();
    }

    private void end(Standing standing, long backNanos, String to) {
        FencingToken token = standing.granted;
        if (token != null) {
            ended.put(standing.campaign.role(), new Ended(token, backNanos, to));
        }
        standing.granted = null;
        standing.asked = false;
    }

    void health(Health now) {
        if (now != health) {
            health = now;
            own.changed();
        }
    }

    /** Something may have changed in the store. */
    void nudge() {
        long soonest = lastReadNanos + LEAST_GAP_NANOS;
        nextReadNanos = nextReadNanos - soonest > 0 ? soonest : nextReadNanos;
    }

    /** Gives everything back that has ended, and takes its own record away. */
    void leave() {
        leaving = true;
    }

    /** True once there is nothing to do any more after {@link #leave}. */
    boolean hasLeft() {
        return leaving && !own.isThere();
    }

    /** The next request, to be answered by one of the three methods below; null if there is nothing to do before {@link #dueNanos}. */
    @Nullable
    Request next(long nowNanos) {
        dueNanos = NEVER;
        if (resting && isLater(restingUntilNanos, nowNanos)) {
            return null;
        }
        resting = false;
        if (!everRead) {
            return leaving ? null : new Request.Read();
        }
        if (behind) {
            return new Request.Read();
        }
        // What is written renews as well. So a store that is slow enough to be kept busy by renewals and reads still
        // gets the rest.
        Request request = release(nowNanos);
        if (request == null && leaving) {
            return own.isThere() ? new Request.Write(Request.Purpose.LEAVE, "", List.of(own.delete())) : null;
        }
        boolean needed = own.isThere() || !standings.isEmpty();
        if (request == null && needed && own.isDue(nowNanos)) {

            request = take(nowNanos);
            return request == null ? write(Request.Purpose.RENEW, "", List.of()) : request;
        }
        if (needed) {
            isLater(own.nextNanos(), nowNanos);
        }
        if (request == null) {
            request = expire(nowNanos);
        }
        if (request == null && !isLater(nextReadNanos, nowNanos)) {
            request = new Request.Read();
        }
        return request == null ? take(nowNanos) : request;
    }

    /** When {@link #next} may have something else to say. */
    long dueNanos() {
        return dueNanos;
    }

    private boolean isLater(long atNanos, long nowNanos) {
        boolean later = atNanos - nowNanos > 0;
        if (later && (dueNanos == NEVER || atNanos - dueNanos < 0)) {
            dueNanos = atNanos;
        }
        return later;
    }

    /** With each change goes a renewal. */
    private Request write(Request.Purpose purpose, String role, List<Change> more) {
        SortedMap<String, NodeRecord.Bid> bids = new TreeMap<>();
        standings.forEach((name, standing) -> bids.put(name, standing.bid()));
        List<Change> changes = new ArrayList<>();
        changes.add(own.put(health, bids));
        changes.addAll(more);
        return new Request.Write(purpose, role, List.copyOf(changes));
    }

    private @Nullable Request release(long nowNanos) {
        for (Map.Entry<String, SeenRole> entry : board.roles().entrySet()) {
            SeenRole seen = entry.getValue();
            RoleRecord record = own.isThere() ? seen.heldBy(own.incarnation()) : null;
            Ended last = ended.get(entry.getKey());
            boolean over = record != null && last != null && last.token().compareTo(record.token()) >= 0;
            if (record != null && last != null && over && !isLater(last.backNanos(), nowNanos)) {
                RoleRecord given = new RoleRecord(
                        record.token(), false, node, own.incarnation(), record.stopWithinMillis(), last.to());
                return write(
                        Request.Purpose.RELEASE,
                        entry.getKey(),
                        List.of(new Change.Put(RecordStore.ROLES + entry.getKey(), seen.version, json.write(given))));
            }
        }
        return null;
    }

    private @Nullable Request expire(long nowNanos) {
        for (SeenNode seen : board.nodes()) {
            if (!seen.incarnation.equals(own.incarnation()) && !isLater(seen.expiresNanos(), nowNanos)) {
                return new Request.Write(
                        Request.Purpose.EXPIRE,
                        "",
                        List.of(new Change.Delete(RecordStore.NODES + seen.incarnation, seen.version())));
            }
        }
        return null;
    }

    private @Nullable Request take(long nowNanos) {
        complaint = "";
        if (!own.isValid(nowNanos)) {
            return null;
        }
        SortedMap<String, RolePlan.Free> free = new TreeMap<>();
        for (String role : standings.keySet()) {
            SeenRole seen = board.role(role, nowNanos);
            if (seen.isFree(nowNanos)) {
                free.put(role, free(role, seen, nowNanos));
            } else if (seen.freeNanos() != SeenRole.NEVER) {
                isLater(seen.freeNanos(), nowNanos);
            }
        }
        SortedMap<String, List<String>> plan = new RolePlan(board.load()).plan(free);
        for (Map.Entry<String, List<String>> entry : plan.entrySet()) {
            String role = entry.getKey();
            Standing standing = standings.get(role);
            SeenRole seen = board.role(role, nowNanos);
            int rank = entry.getValue().indexOf(node);
            boolean mayTake = standing != null && own.saysOf(role) && !standing.paused;
            if (mayTake && standing != null && !isLater(seen.freeNanos() + rank * graceNanos(), nowNanos)) {
                FencingToken token = nextToken(role, seen);
                if (token != null) {
                    return take(standing, seen, token);
                }
            }
        }
        return null;
    }

    /** For so long the node that should take a role is let to, before the next one tries. */
    private long graceNanos() {
        return Math.max(LEAST_GRACE_NANOS, 2 * timing.poll().toNanos());
    }

    private RolePlan.Free free(String role, SeenRole seen, long nowNanos) {
        List<Candidate> all = board.others(role, node, nowNanos);
        Standing standing = standings.get(role);
        if (standing != null) {
            all.add(new Candidate(node, health, standing.campaign.priority(), standing.paused, 0));
        }
        RoleRecord record = seen.record;
        RoleRecord given = record != null && !record.held() ? record : null;
        return new RolePlan.Free(given == null ? "" : given.to(), given == null ? "" : given.node(), all);
    }

    private Request take(Standing standing, SeenRole seen, FencingToken token) {
        String role = standing.campaign.role();
        RoleRecord taken = new RoleRecord(
                token, true, node, own.incarnation(), (standing.campaign.stopWithinNanos() + MILLI - 1) / MILLI, "");
        return write(
                Request.Purpose.TAKE,
                role,
                List.of(new Change.Put(RecordStore.ROLES + role, seen.version, json.write(taken))));
    }

    /** Null if the store's tokens are of a later epoch than this node was given. */
    private @Nullable FencingToken nextToken(String role, SeenRole seen) {
        RoleRecord record = seen.record;
        FencingToken last = record == null ? FencingToken.of(timing.epoch(), 0) : record.token();
        Ended own = ended.get(role);
        last = own != null && own.token().compareTo(last) > 0 ? own.token() : last;
        if (last.epoch() > timing.epoch()) {
            complaint = "role " + role + " has had token " + last + ", of a later epoch than this node's; write .epoch("
                    + last.epoch() + ")";
            return null;
        }
        return FencingToken.of(timing.epoch(), last.epoch() == timing.epoch() ? last.number() + 1 : 1);
    }

    /** What stands in the way, for people; empty if nothing does. */
    String complaint() {
        return complaint;
    }

    /** The answer to a {@link Request.Read}. */
    void read(List<StoredRecord> records, long nowNanos) {
        lastReadNanos = nowNanos;
        nextReadNanos = nowNanos
                + timing.poll().toNanos()
                - random.nextLong(timing.poll().toNanos() / 5);
        SeenNode before = board.node(own.incarnation());
        String key = RecordStore.NODES + own.incarnation();
        StoredRecord mine =
                records.stream().filter(r -> r.key().equals(key)).findFirst().orElse(null);
        if (before != null && mine != null && mine.version() < own.version()) {
            rest(nowNanos);
            return; // of a server that is behind what this node has written itself
        }
        backoff.reset();
        board.update(records, nowNanos);
        everRead = true;
        behind = false;
        if (mine == null && own.isThere()) {
            lost(nowNanos);
        } else if (mine != null && mine.version() != own.version()) {
            own.adopt(mine.version());
        }
        Map.copyOf(board.roles()).forEach((role, seen) -> reconcile(role, seen, nowNanos));
        look(nowNanos);
    }

    /** This node's record is gone: somebody has waited for long enough. */
    private void lost(long nowNanos) {
        own.lost();
        for (Standing standing : standings.values()) {
            if (standing.granted != null) {
                end(standing, nowNanos, "");
                effects.add(new Effect.Revoked(
                        standing.campaign.role(), "it was not renewed in time, and the store has forgotten this node"));
            }
        }
    }

    private void reconcile(String role, SeenRole seen, long nowNanos) {
        Standing standing = standings.get(role);
        FencingToken granted = standing == null ? null : standing.granted;
        RoleRecord record = seen.record;
        RoleRecord mine = seen.heldBy(own.incarnation());
        if (standing != null && granted != null) {
            boolean same = mine != null && mine.token().equals(granted);
            boolean older = seen.version > 0 && seen.version < standing.grantedVersion;
            if (!same && !older) {
                end(standing, nowNanos + standing.campaign.stopWithinNanos(), "");
                effects.add(new Effect.Revoked(
                        role,
                        seen.version == 0 || record == null
                                ? "its record in the store is gone or cannot be read"
                                : "the store names " + record.node() + " with token " + record.token()));
            }
        } else if (mine != null) {
            grant(role, seen, mine, nowNanos);
        }
    }

    /** The store says that this node holds the role, and no grant of it stands. */
    private void grant(String role, SeenRole seen, RoleRecord record, long nowNanos) {
        Standing standing = standings.get(role);
        Ended last = ended.get(role);
        boolean over = last != null && last.token().compareTo(record.token()) >= 0;
        if (over) {
            return; // to be given back
        }
        if (standing == null) {
            ended.put(role, new Ended(record.token(), nowNanos, ""));
        } else if (own.isValid(nowNanos)) {
            standing.granted = record.token();
            standing.grantedVersion = seen.version;
            standing.grantedNanos = nowNanos;
            standing.asked = false;
            effects.add(new Effect.Granted(role, record.token(), own.validUntilNanos()));
        } else {
            own.changed(); // after the renewal it can be told
        }
    }

    /** The answer to a {@link Request.Write}: it was carried out. */
    void written(Request.Write write, long startedNanos, long nowNanos) {
        backoff.reset();
        if (write.purpose() == Request.Purpose.LEAVE) {
            own.left();
            return;
        }
        write.changes().forEach(change -> board.changed(change, nowNanos));
        if (write.purpose() == Request.Purpose.EXPIRE) {
            return;
        }
        own.confirmed(startedNanos);
        for (Standing standing : standings.values()) {
            if (standing.granted != null) {
                effects.add(new Effect.Extended(standing.campaign.role(), own.validUntilNanos()));
            }
        }
        Map.copyOf(board.roles()).forEach((role, seen) -> {
            RoleRecord mine = seen.heldBy(own.incarnation());
            Standing standing = standings.get(role);
            if (mine != null && (standing == null || standing.granted == null)) {
                grant(role, seen, mine, nowNanos);
            }
        });
    }

    /** The answer to a {@link Request.Write}: some record had another version, and nothing was changed. */
    void conflict(Request.Write write) {
        backoff.reset();
        behind = true;
        if (write.purpose() != Request.Purpose.EXPIRE && write.purpose() != Request.Purpose.LEAVE) {
            own.unconfirmed();
        }
    }

    /** No answer: nobody knows what became of it. */
    void failed(Request request, long nowNanos) {
        rest(nowNanos);
        if (request instanceof Request.Write) {
            behind = true;
            own.unconfirmed();
        }
    }

    private void rest(long nowNanos) {
        resting = true;
        restingUntilNanos = nowNanos + backoff.next();
    }

    /** Looks at what time changes: pauses that end, and roles that would be better elsewhere. */
    void look(long nowNanos) {
        for (Map.Entry<String, Standing> entry : standings.entrySet()) {
            Standing standing = entry.getValue();
            if (standing.paused && nowNanos - standing.pausedUntilNanos >= 0) {
                standing.paused = false;
                own.changed();
            }
            boolean mayAsk =
                    standing.granted != null && (!standing.asked || nowNanos - standing.askedNanos >= ASK_AGAIN_NANOS);
            if (mayAsk) {
                Candidate self = new Candidate(
                        node, health, standing.campaign.priority(), false, nowNanos - standing.grantedNanos);
                handOverRule
                        .decide(self, self.settledNanos(), board.others(entry.getKey(), node, nowNanos))
                        .ifPresent(wanted -> {
                            standing.asked = true;
                            standing.askedNanos = nowNanos;
                            effects.add(new Effect.HandOverWanted(entry.getKey(), wanted.to(), wanted.reason()));
                        });
            }
        }
    }

    /** Why that node cannot be given the role, for people; empty if it can as far as is known. */
    String whyNot(String role, String to, long nowNanos) {
        List<Candidate> others = board.others(role, node, nowNanos);
        if (to.isEmpty()
                ? !others.isEmpty()
                : others.stream().anyMatch(c -> c.node().equals(to))) {
            return "";
        }
        return to.isEmpty()
                ? "no other node stands for it as far as " + node + " has read"
                : to + " does not stand for it as far as " + node + " has read; those that do: "
                        + others.stream().map(Candidate::node).toList();
    }

    /** What is known, for operators. */
    ElectionView view() {
        SortedMap<String, ElectionView.Stand> stands = new TreeMap<>();
        standings.forEach((role, s) -> stands.put(role, new ElectionView.Stand(s.granted, s.paused)));
        return new ElectionView(
                node,
                own.incarnation(),
                everRead,
                own.validUntilNanos(),
                Collections.unmodifiableSortedMap(stands),
                board.seenNodes(),
                board.seenRoles(),
                complaint);
    }

    /** Who holds what, as last seen. */
    Map<String, RoleHolder> holders() {
        return board.holders();
    }

    /** Takes away what is to be told. */
    List<Effect> drain() {
        List<Effect> told = List.copyOf(effects);
        effects.clear();
        return told;
    }
}
