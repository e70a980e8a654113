package io.holdfast.membership.swim;

import io.holdfast.core.MemberState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** All other members: those that live, suspects among them, and those that are remembered. */
final class MemberTable {
    private final int maxMembers;
    private final Map<String, Peer> all = new LinkedHashMap<>();
    private final List<Peer> live = new ArrayList<>();
    private final List<Peer> suspects = new ArrayList<>();
    /** In the order in which they went, so that the oldest are dropped first. */
    private final Map<String, Peer> gone = new LinkedHashMap<>();
    /** Of the living others; the order in which they came does not matter. */
    private long digest;

    MemberTable(int maxMembers) {
        this.maxMembers = maxMembers;
    }

    @Nullable
    Peer get(String id) {
        return all.get(id);
    }

    Collection<Peer> all() {
        return all.values();
    }

    List<Peer> live() {
        return live;
    }

    List<Peer> suspects() {
        return suspects;
    }

    Collection<Peer> gone() {
        return gone.values();
    }

    long digest() {
        return digest;
    }

    /** True if one more needs somebody's place; this node has one, too. */
    boolean isFull() {
        return all.size() >= maxMembers - 1;
    }

    /** Whoever has been gone the longest; null if all live. */
    @Nullable
    Peer longestGone() {
        Iterator<Peer> oldest = gone.values().iterator();
        return oldest.hasNext() ? oldest.next() : null;
    }

    /** There is room, see {@link #isFull}. */
    Peer add(MemberInfo info, MemberState state, long now) {
        Peer peer = new Peer(info, state, now);
        all.put(peer.id, peer);
        place(peer);
        return peer;
    }

    /** Its state has changed, and the lists follow. */
    void place(Peer peer) {
        boolean alive = peer.state == MemberState.ALIVE || peer.state == MemberState.SUSPECT;
        if (alive && !peer.isLive()) {
            peer.liveIndex = live.size();
            live.add(peer);
            gone.remove(peer.id);
            digest += peer.digest;
        } else if (!alive) {
            if (peer.isLive()) {
                digest -= peer.digest;
                Peer last = live.remove(live.size() - 1);
                if (last != peer) {
                    live.set(peer.liveIndex, last);
                    last.liveIndex = peer.liveIndex;
                }
                peer.liveIndex = -1;
            }
            gone.remove(peer.id);
            gone.put(peer.id, peer);
        }
        if (peer.state == MemberState.SUSPECT && !suspects.contains(peer)) {
            suspects.add(peer);
        } else if (peer.state != MemberState.SUSPECT) {
            suspects.remove(peer);
        }
    }

    /** What it says of itself has changed. */
    void describe(Peer peer, MemberInfo info) {
        peer.info = info;
        long next = Hashes.entry(info);
        if (peer.isLive()) {
            digest += next - peer.digest;
        }
        peer.digest = next;
    }

    /** Forgets one that is gone. */
    void remove(Peer peer) {
        if (peer.isLive()) {
            throw new IllegalStateException(peer.id + " lives and cannot be forgotten");
        }
        all.remove(peer.id);
        gone.remove(peer.id);
    }

    /** Up to {@code count} different living ones but {@code but}, each as likely as any other. */
    List<Peer> random(int count, @Nullable Peer but, boolean helpers, RandomGenerator random) {
        List<Peer> chosen = new ArrayList<>(count);
        int tries = live.size() <= count + 1 ? 0 : count * 4 + 8;
        for (int i = 0; i < tries && chosen.size() < count; i++) {
            Peer peer = live.get(random.nextInt(live.size()));
            if (fits(peer, but, helpers) && !chosen.contains(peer)) {
                chosen.add(peer);
            }
        }
        for (int i = 0; i < live.size() && chosen.size() < count && (tries == 0 || live.size() < 64); i++) {
            Peer peer = live.get(i);
            if (fits(peer, but, helpers) && !chosen.contains(peer)) {
                chosen.add(peer);
            }
        }
        return chosen;
    }

    private static boolean fits(Peer peer, @Nullable Peer but, boolean helpers) {
        return peer != but && (!helpers || (peer.state == MemberState.ALIVE && !peer.info.isClient()));
    }
}
