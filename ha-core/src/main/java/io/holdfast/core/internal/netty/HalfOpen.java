package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.Transport.Refusal;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Accepted connections on which TLS is not done yet. They cost memory and a signature each, so their number has a bound; the
 * one that has taken longest makes room, since whoever has a certificate needs milliseconds. On the loop.
 */
final class HalfOpen {
    private final int most;
    private final Set<InboundPreamble> waiting = new LinkedHashSet<>();

    HalfOpen(int most) {
        this.most = most;
    }

    void begins(InboundPreamble handshake) {
        if (waiting.size() >= most) {
            InboundPreamble oldest = waiting.iterator().next();
            waiting.remove(oldest);
            oldest.refuse(
                    Refusal.TOO_MANY,
                    "was the slowest of " + most
                            + " that had not finished their TLS handshake, and made room for others");
        }
        waiting.add(handshake);
    }

    void ends(InboundPreamble handshake) {
        waiting.remove(handshake);
    }
}
