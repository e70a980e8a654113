package io.holdfast.membership.swim;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Broadcasts by users: each is delivered at most once, told apart by the process that sent it and a count. Of each process the
 * last {@value #WINDOW} are remembered; what is older than that counts as delivered.
 */
final class UserMessages {
    private static final int WINDOW = 64;
    private static final int MAX_ORIGINS = 1024;
    /** How many a node passes on at the same time; beyond that, those told most often go. */
    static final int MAX_QUEUED = 256;

    private static final class Window {
        long highest;
        /** Bit i: highest - i was seen. */
        long seen;
    }

    private final SwimState s;
    private final Gossip gossip;
    private final Map<Long, Window> windows = new LinkedHashMap<>(16, 0.75f, true);
    private long sequence;

    UserMessages(SwimState state, Gossip gossip) {
        this.s = state;
        this.gossip = gossip;
    }

    void broadcast(byte[] payload) {
        if (payload.length > SwimMessage.Broadcast.MAX_PAYLOAD) {
            throw new IllegalArgumentException(
                    "a broadcast of " + payload.length + " bytes; at most " + SwimMessage.Broadcast.MAX_PAYLOAD);
        }
        SwimMessage.Broadcast message =
                new SwimMessage.Broadcast(s.self.id(), s.self.boot(), ++sequence, payload.clone());
        gossip.putUserMessage(key(message), message);
    }

    void received(SwimMessage.Broadcast message) {
        if (message.originBoot() == s.self.boot() || !isNews(message)) {
            return;
        }
        gossip.putUserMessage(key(message), message);
        s.out.delivered(message.origin(), message.payload(), true);
    }

    private boolean isNews(SwimMessage.Broadcast message) {
        Window window = windows.get(message.originBoot());
        if (window == null) {
            window = new Window();
            window.highest = message.sequence();
            window.seen = 1;
            windows.put(message.originBoot(), window);
            if (windows.size() > MAX_ORIGINS) {
                windows.remove(windows.keySet().iterator().next());
            }
            return true;
        }
        long behind = window.highest - message.sequence();
        if (behind < 0) {
            window.seen = -behind >= WINDOW ? 1 : (window.seen << -behind) | 1;
            window.highest = message.sequence();
            return true;
        }
        if (behind >= WINDOW || (window.seen & (1L << behind)) != 0) {
            return false;
        }
        window.seen |= 1L << behind;
        return true;
    }

    private static String key(SwimMessage.Broadcast message) {
        return Long.toHexString(message.originBoot()) + "/" + message.sequence();
    }
}
