package io.holdfast.membership.swim;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How news spread: with every datagram that is sent anyway (SWIM, 4.1), what was told least first.
 *
 * <p>Ours: news do not wait for such a datagram. Whoever has some sends them to a few random members at once, and again each
 * gossip interval until each of them was told often enough. So news reach all within some round trips, not some probe intervals,
 * and a quiet cluster sends nothing for it.
 */
final class Gossip {
    private final SwimState s;
    private final BroadcastQueue updates;
    private final BroadcastQueue userMessages;
    private long next = SwimState.NEVER;
    private long last = Peer.LONG_AGO;

    Gossip(SwimState state, BroadcastQueue updates, BroadcastQueue userMessages) {
        this.s = state;
        this.updates = updates;
        this.userMessages = userMessages;
    }

    /** News of a member; what was still to be told of it no longer is. */
    void put(String id, SwimMessage update) {
        updates.put(id, update);
        wake();
    }

    void forget(String id) {
        updates.remove(id);
    }

    /** A user's message. */
    void putUserMessage(String key, SwimMessage message) {
        userMessages.put(key, message);
        wake();
    }

    private void wake() {
        next = Math.min(next, Math.max(s.now, last + s.config.gossipInterval() / 10));
    }

    boolean isQuiet() {
        return updates.isEmpty();
    }

    boolean isTelling(String id) {
        return updates.get(id) != null;
    }

    long next() {
        return next;
    }

    void tick() {
        if (s.now < next) {
            return;
        }
        last = s.now;
        for (Peer peer : s.table.random(s.config.fanout(), null, false, s.random)) {
            send(peer.info.address(), peer, List.of());
        }
        boolean done = updates.isEmpty() && userMessages.isEmpty();
        next = done || s.table.live().isEmpty() ? SwimState.NEVER : s.now + s.config.gossipInterval();
    }

    /**
     * Sends {@code first} and as much news as fit beside it; nothing if there is neither.
     *
     * @param peer who is there, if that is known: it is told first what is held against it (Lifeguard, "Buddy System"), so that it
     *     can refute
     */
    void send(Address to, @Nullable Peer peer, List<SwimMessage> first) {
        List<SwimMessage> messages = new ArrayList<>(first);
        int budget = s.config.datagramBytes();
        for (SwimMessage message : first) {
            budget -= s.sizeOf.applyAsInt(message);
        }
        if (peer != null
                && (peer.state == MemberState.DEAD || (peer.state == MemberState.SUSPECT && s.config.lifeguard()))) {
            SwimMessage against = peer.statement();
            budget -= s.sizeOf.applyAsInt(against);
            messages.add(against);
        }
        int limit = s.config.transmissions(s.members());
        budget = updates.take(messages, budget, peer == null ? "" : peer.id, limit);
        userMessages.take(messages, budget, "", limit);
        if (!messages.isEmpty()) {
            s.out.send(to, messages);
        }
    }
}
