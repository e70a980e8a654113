package io.holdfast.membership.swim;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How nodes come together: by joining, by comparing tables now and then, and after a partition.
 *
 * <p>Ours: tables are compared by a digest of eight bytes that goes along with a ping; only if it differs, and no news are under
 * way that would explain it, the tables are exchanged. So a quiet cluster spends next to nothing on that, and can do it often.
 *
 * <p>Ours: the dead are knocked at. Each reconnect interval a node sends one of those that it holds for dead a ping that says so; if
 * it lives, it refutes, and the two exchange their tables. So a partition heals however long it lasted, until the dead are
 * forgotten, and then by the seeds. In clusters beyond {@link SwimConfig#RECONNECTING_NODES} members each does so more rarely, so
 * the whole cluster's rate is bounded.
 */
final class Reunion {
    private static final int MAX_PENDING = 16;
    private static final int SEEDS_AT_ONCE = 5;
    private static final int MAX_SEEDS = 1_000;
    /** A driver that never says how an exchange ended does not block the address for longer. */
    private static final long PENDING_NANOS = 30_000_000_000L;
    /** A digest is asked for though there are news, after so many times that it was not. */
    private static final int MAX_SKIPPED = 3;

    private final SwimState s;
    private final Gossip gossip;
    private List<Address> seeds = List.of();
    /** Which member answered at a seed's address, which may be another than the one it advertises. */
    private final Map<Address, String> owners = new LinkedHashMap<>();

    private final Map<Address, Long> pending = new LinkedHashMap<>();
    private @Nullable Probes probes;
    private int nextSeed;
    private long backoff;
    private long nextTry = SwimState.NEVER;
    private long knocks;
    private long nextDigest = SwimState.NEVER;
    private int skipped;
    private long lastByCause = Peer.LONG_AGO;

    Reunion(SwimState state, Gossip gossip) {
        this.s = state;
        this.gossip = gossip;
    }

    void connect(Probes itsProbes) {
        probes = itsProbes;
    }

    void start(List<Address> addresses) {
        backoff = s.config.gossipInterval();
        nextDigest = s.now + s.jittered(s.config.digestInterval());
        discovered(addresses);
    }

    /** Where others may be, in place of what was known before; those that are new are tried at once. */
    void discovered(List<Address> addresses) {
        Set<Address> all = new LinkedHashSet<>(addresses);
        all.remove(s.self.address());
        List<Address> next = List.copyOf(all);
        next = next.subList(0, Math.min(next.size(), MAX_SEEDS));
        boolean news = !seeds.containsAll(next);
        seeds = next;
        owners.keySet().retainAll(all);
        if (news) {
            backoff = s.config.gossipInterval();
            nextTry = s.now;
        } else if (nextTry == SwimState.NEVER) {
            nextTry = s.now + s.jittered(s.config.reconnectInterval());
        }
    }

    long next() {
        return nextTry;
    }

    void tick() {
        if (s.now < nextTry) {
            return;
        }
        pending.values().removeIf(until -> s.now >= until);
        boolean alone = s.table.live().isEmpty();
        int tries = alone || backoff < s.config.reconnectInterval() ? SEEDS_AT_ONCE : 1;
        for (int i = 0; i < seeds.size() && tries > 0; i++) {
            Address seed = seeds.get(Math.floorMod(nextSeed++, seeds.size()));
            if (!isOwned(seed)) {
                tries--;
                exchange(seed);
            }
        }
        knock();
        if (alone || backoff < s.config.reconnectInterval()) {
            nextTry = s.now + s.jittered(backoff);
            backoff = Math.min(backoff * 2, s.config.reconnectInterval());
        } else {
            long share = Math.max(1, s.members() / SwimConfig.RECONNECTING_NODES);
            nextTry = s.now + s.jittered(s.config.reconnectInterval() * share);
        }
    }

    private boolean isOwned(Address seed) {
        String owner = owners.get(seed);
        if (owner != null) {
            Peer peer = s.table.get(owner);
            return owner.equals(s.self.id()) || (peer != null && peer.isLive());
        }
        for (Peer peer : s.table.live()) {
            if (peer.info.address().equals(seed)) {
                return true;
            }
        }
        return false;
    }

    /** By a datagram, and now and then by a stream as well, should datagrams not get through. */
    private void knock() {
        List<Peer> dead = new ArrayList<>();
        for (Peer peer : s.table.gone()) {
            if (peer.state == MemberState.DEAD) {
                dead.add(peer);
            }
        }
        Probes itsProbes = probes;
        if (!dead.isEmpty() && itsProbes != null) {
            Peer peer = dead.get(s.random.nextInt(dead.size()));
            itsProbes.knock(peer);
            if (++knocks % 4 == 0) {
                exchange(peer.info.address());
            }
        }
    }

    private void exchange(Address to) {
        if (!s.leaving && pending.size() < MAX_PENDING && !to.equals(s.self.address()) && !pending.containsKey(to)) {
            pending.put(to, s.now + PENDING_NANOS);
            s.stats.pushPulls++;
            s.out.pushPull(to, table());
        }
    }

    /** All that is known, as others are told. */
    SwimTable table() {
        List<SwimTable.Entry> entries = new ArrayList<>(s.table.all().size());
        for (Peer peer : s.table.all()) {
            long age = peer.isLive() ? 0 : Math.max(0, (s.now - peer.since) / 1_000_000_000L);
            MemberInfo info = peer.info;
            if (peer.incarnation > info.incarnation()) {
                info = info.withIncarnation(peer.incarnation);
            }
            entries.add(new SwimTable.Entry(info, peer.state, age));
        }
        return new SwimTable(s.self, entries);
    }

    /** An exchange with {@code to} is over. */
    void ended(Address to) {
        pending.remove(to);
    }

    /** Somebody was sent this node's table, and may know it by now, but has not answered yet. */
    boolean isAsking() {
        return !pending.isEmpty();
    }

    /** Who answered there. */
    void answeredBy(Address to, String id) {
        if (seeds.contains(to)) {
            owners.put(to, id);
        }
    }

    /** It had been taken for dead, so it may know others that are, and may hold others for dead. */
    void cameBack(Peer peer) {
        byCause(peer.info.address());
    }

    /** Somebody there knows this node, and this node does not know it: joining is not over, or went wrong. */
    void unknown(Address source) {
        byCause(source);
    }

    private void byCause(Address to) {
        if (s.now - lastByCause >= s.config.gossipInterval() * 4) {
            lastByCause = s.now;
            exchange(to);
        }
    }

    @Nullable
    SwimMessage digestIfDue() {
        if (s.now < nextDigest) {
            return null;
        }
        nextDigest = s.now + s.jittered(s.config.digestInterval());
        if (!gossip.isQuiet() && skipped < MAX_SKIPPED) {
            skipped++;
            return null;
        }
        skipped = 0;
        return new SwimMessage.Digest(s.self.id(), s.digest(), false);
    }

    void digest(Address source, SwimMessage.Digest other) {
        if (other.digest() == s.digest()) {
            return;
        }
        Peer peer = s.table.get(other.from());
        if (!other.answer()) {
            SwimMessage own = new SwimMessage.Digest(s.self.id(), s.digest(), true);
            gossip.send(source, peer, List.of(own));
        } else if (peer != null) {
            byCause(peer.info.address());
        }
    }
}
