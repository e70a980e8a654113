package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.Transport.Refusal;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Accepted connections on which TLS is not done yet. They cost memory and a signature each, so their number has a bound. Beyond
 * it one of the address that has the most makes room, so that a flood from one address pushes out none but its own; and of
 * those the one that has taken longest, since whoever has a certificate needs milliseconds.
 *
 * <p>An IPv6 address counts as its network of 64 bits, all of which belongs to whoever has one of them. On the loop.
 */
final class HalfOpen {
    private static final int IPV6_NETWORK_BYTES = 8;

    /** What may have to make room. */
    interface Handshake {
        /** Ends it; the detail says what it did, for the log. */
        void refuse(Refusal refusal, String detail);
    }

    private final int most;
    private final Map<Handshake, String> waiting = new LinkedHashMap<>(); // in the order in which they began
    private final Map<String, Integer> counts = new HashMap<>();

    HalfOpen(int most) {
        this.most = most;
    }

    /** @param remote whose it is; what is no address of the Internet counts as one, too */
    void begins(Handshake handshake, @Nullable SocketAddress remote) {
        if (waiting.size() >= most) {
            makeRoom();
        }
        String network = network(remote);
        waiting.put(handshake, network);
        counts.merge(network, 1, Integer::sum);
    }

    private void makeRoom() {
        int greatest = counts.values().stream().mapToInt(count -> count).max().orElseThrow();
        for (Map.Entry<Handshake, String> each : waiting.entrySet()) {
            if (counts.getOrDefault(each.getValue(), 0) == greatest) {
                Handshake slowest = each.getKey();
                ends(slowest);
                slowest.refuse(
                        Refusal.TOO_MANY,
                        "was the slowest of " + greatest + " of its address, when " + most
                                + " had not finished their TLS handshake; it made room for others");
                return;
            }
        }
    }

    void ends(Handshake handshake) {
        String network = waiting.remove(handshake);
        if (network != null) {
            counts.computeIfPresent(network, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    static String network(@Nullable SocketAddress remote) {
        if (!(remote instanceof InetSocketAddress address) || address.isUnresolved()) {
            return "";
        }
        byte[] bytes = address.getAddress().getAddress();
        return Arrays.toString(bytes.length > IPV6_NETWORK_BYTES ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
    }
}
