package io.holdfast.membership.swim;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whom to probe next: all in a random order, which is drawn anew after each round, with new members put in at random (SWIM,
 * 4.3), so that a member is probed by each other one within two rounds.
 *
 * <p>Ours: every other probe goes to a member that this node watches ({@link WatchRing}), in turn. Random probes alone leave a
 * member unprobed by anybody for t with probability exp(-t / interval), which has a long tail; with three watchers that each come
 * back in turn, the longest gap is bounded whatever the size of the cluster, at no extra datagram.
 */
final class ProbeSchedule {
    private final RandomGenerator random;
    private final List<Peer> order = new ArrayList<>();
    private int next;
    private int nextWatched;
    private boolean watchedTurn;

    ProbeSchedule(RandomGenerator random) {
        this.random = random;
    }

    /** At a random place: before {@link #next} it comes in the next round, else in this one. */
    void add(Peer peer) {
        int at = random.nextInt(order.size() + 1);
        order.add(at, peer);
        if (at < next) {
            next++;
        }
    }

    /** Null if there is nobody that is not being probed already. */
    @Nullable
    Peer next(List<Peer> watched) {
        watchedTurn = !watchedTurn;
        if (watchedTurn) {
            for (int i = 0; i < watched.size(); i++) {
                Peer peer = watched.get(Math.floorMod(nextWatched++, watched.size()));
                if (peer.isLive() && !peer.probed) {
                    return peer;
                }
            }
        }
        for (int tries = order.size() + 1; tries > 0; tries--) {
            if (next >= order.size()) {
                order.removeIf(p -> !p.isLive());
                shuffle();
                next = 0;
                if (order.isEmpty()) {
                    return null;
                }
            }
            Peer peer = order.get(next++);
            if (peer.isLive() && !peer.probed) {
                return peer;
            }
        }
        return null;
    }

    /** It is gone. */
    void remove(Peer peer) {
        int at = order.indexOf(peer);
        if (at >= 0) {
            order.remove(at);
            if (at < next) {
                next--;
            }
        }
    }

    private void shuffle() {
        for (int i = order.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            Peer moved = order.get(i);
            order.set(i, order.get(j));
            order.set(j, moved);
        }
    }
}
