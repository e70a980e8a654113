package io.holdfast.verification.members;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** Whom a node is cut off from, by the addresses at which they listen. On the node's loop. */
final class Cuts {
    private final Set<InetSocketAddress> far = new HashSet<>();
    private final Set<CuttableConnection> open = new LinkedHashSet<>();

    boolean isCut(InetSocketAddress address) {
        return far.contains(address);
    }

    /** From now on nothing passes to them or from them. */
    void cut(Set<InetSocketAddress> addresses) {
        far.addAll(addresses);
        Set.copyOf(open).forEach(CuttableConnection::cutBegan);
    }

    /** All passes again, also what connections held back. */
    void heal() {
        far.clear();
        Set.copyOf(open).forEach(CuttableConnection::cutEnded);
    }

    void opened(CuttableConnection connection) {
        open.add(connection);
    }

    void closed(CuttableConnection connection) {
        open.remove(connection);
    }
}
