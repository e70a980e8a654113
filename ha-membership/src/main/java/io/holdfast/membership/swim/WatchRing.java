package io.holdfast.membership.swim;

import java.util.ArrayList;
import java.util.List;

/**
 * Ours: the living members on a ring, by a hash of their ids, the same on all nodes that know the same members. Each watches the
 * next few, so each is watched by as many, and one that comes or goes moves that many links. Rendezvous hashing would leave some
 * watched by nobody, or give some watcher eight.
 *
 * <p>The same few are asked to confirm a suspicion: all know who they are without a word, so that a death is confirmed after one
 * probe time-out, and not when those that suspect it by their own schedule have come to it.
 */
final class WatchRing {
    private final Peer self;
    private final int watchers;
    private final List<Peer> ring = new ArrayList<>();
    private List<Peer> watched = List.of();

    /** @param self stands on the ring unless it is a client */
    WatchRing(Peer self, int watchers) {
        this.self = self;
        this.watchers = watchers;
        if (!self.info.isClient()) {
            ring.add(self);
        }
    }

    void add(Peer peer) {
        if (!peer.info.isClient()) {
            int at = find(peer);
            if (at < 0) {
                ring.add(-at - 1, peer);
            }
        }
    }

    void remove(Peer peer) {
        int at = find(peer);
        if (at >= 0) {
            ring.remove(at);
        }
    }

    /** Whom this node watches. */
    List<Peer> watched() {
        return watched;
    }

    /** Tells {@code out} what has changed since the last time. */
    void tell(SwimOutput out) {
        List<Peer> next = new ArrayList<>(watchers);
        int own = find(self);
        if (own >= 0) {
            for (int i = 1; i < ring.size() && next.size() < watchers; i++) {
                next.add(ring.get((own + i) % ring.size()));
            }
        }
        if (next.equals(watched)) {
            return;
        }
        List<Peer> before = watched;
        watched = next;
        for (Peer peer : before) {
            if (!next.contains(peer)) {
                out.unwatch(peer.id);
            }
        }
        for (Peer peer : next) {
            if (!before.contains(peer)) {
                out.watch(peer.info);
            }
        }
    }

    /** Whether this node is among the {@code count} that precede {@code suspect}, not counting {@code first}. */
    boolean isConfirmer(Peer suspect, String first, int count) {
        int at = find(suspect);
        if (at < 0) {
            at = -at - 1;
        }
        int seen = 0;
        for (int i = 1; i < ring.size() && seen < count; i++) {
            Peer peer = ring.get(Math.floorMod(at - i, ring.size()));
            if (peer == self) {
                return true;
            }
            if (!peer.id.equals(first) && peer != suspect) {
                seen++;
            }
        }
        return false;
    }

    private int find(Peer peer) {
        int low = 0;
        int high = ring.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Peer other = ring.get(middle);
            int order = Long.compare(other.place, peer.place);
            if (order == 0) {
                order = other.id.compareTo(peer.id);
            }
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }
}
