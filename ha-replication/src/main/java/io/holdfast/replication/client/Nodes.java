package io.holdfast.replication.client;

import io.holdfast.core.Address;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.OutboundLink;
import io.holdfast.replication.session.Freshness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The nodes that a user of the log knows: links to them, and this node itself if it is one. On the loop. */
final class Nodes {
    /** More than a cluster can have: whoever announces more is not believed. */
    private static final int MAX_NODES = 64;

    /** @param expected the id of the node that is to be there; empty if any node of the cluster may be */
    private record Dialled(String expected, OutboundLink link, RemoteEndpoint endpoint) {}

    private final FeatureContext context;
    private final Links.Protocol protocol;
    private final RemoteEndpoint.Events events;
    private final Map<Address, Dialled> nodes = new LinkedHashMap<>();
    private @Nullable Endpoint local;
    private int nextReader;

    Nodes(FeatureContext context, Links.Protocol protocol, RemoteEndpoint.Events events) {
        this.context = context;
        this.protocol = protocol;
        this.events = events;
    }

    /**
     * Dials those known from the start.
     *
     * @param addresses with the id of the node that is to be there, empty if any node may be
     * @param own this node, if it is one
     */
    void start(Map<Address, String> addresses, @Nullable Endpoint own) {
        local = own;
        addresses.forEach((address, nodeId) -> {
            if (nodes.size() < MAX_NODES) {
                dial(nodeId, address);
            }
        });
    }

    private void dial(String expected, Address address) {
        RemoteEndpoint endpoint = new RemoteEndpoint(context.runtime().allocator(), events);
        OutboundLink link = context.links().dial(protocol, expected.isEmpty() ? null : expected, address, endpoint);
        nodes.put(address, new Dialled(expected, link, endpoint));
    }

    /**
     * Somebody names nodes; others than at the start may belong to the cluster by now, and a node may have moved to where another
     * was. An address that was configured without an id may be a name for the whole service, and stays one.
     *
     * @param voters addresses by node id
     */
    void learn(Map<String, String> voters) {
        voters.forEach((nodeId, text) -> {
            Address address = Address.parse(text);
            if (nodeId.equals(context.node().id())
                    || (local != null && address.equals(context.node().advertisedAddress()))) {
                return;
            }
            Dialled known = nodes.get(address);
            if (known == null) {
                if (nodes.size() >= MAX_NODES) {
                    forgetOne(nodeId);
                }
                if (nodes.size() < MAX_NODES) {
                    dial(nodeId, address);
                }
            } else if (!known.expected().isEmpty()
                    && !known.expected().equals(nodeId)
                    && !known.endpoint().isUp()) { // while its link stands, the one expected is still there
                known.link().close();
                dial(nodeId, address);
            }
        });
    }

    /** Makes room: that node is elsewhere by now. */
    private void forgetOne(String nodeId) {
        for (Map.Entry<Address, Dialled> each : nodes.entrySet()) {
            Dialled node = each.getValue();
            if (node.expected().equals(nodeId) && !node.endpoint().isUp()) {
                node.link().close();
                nodes.remove(each.getKey());
                return;
            }
        }
    }

    /** The node with this id, if it is within reach; otherwise it is dialled at once. */
    @Nullable
    Endpoint endpointOf(String nodeId) {
        if (local != null && nodeId.equals(context.node().id())) {
            return local;
        }
        for (Dialled node : nodes.values()) {
            if (node.endpoint().isUp() && node.endpoint().nodeId().equals(nodeId)) {
                return node.endpoint();
            }
            // Its link may wait for the next dial, after a pause that grew while the node was down.
            node.link().dialNow();
        }
        return null;
    }

    /** Who can answer a read: this node if it is one, else the master if it has to be asked anyway, else any node in turn. */
    @Nullable
    Endpoint reader(Freshness freshness, @Nullable Endpoint master) {
        if (local != null) {
            return local;
        }
        if (master != null && freshness.kind() == Freshness.LINEARIZABLE) {
            return master;
        }
        List<Endpoint> up = up();
        return up.isEmpty() ? master : up.get(Math.floorMod(nextReader++, up.size()));
    }

    /** Whose turn it is, of those within reach: this node if it is one, each time. */
    @Nullable
    Endpoint inTurn(int turn) {
        if (local != null) {
            return local;
        }
        List<Endpoint> up = up();
        return up.isEmpty() ? null : up.get(Math.floorMod(turn, up.size()));
    }

    /** Those that {@link #inTurn} gives in turn. */
    List<Endpoint> reachable() {
        return local != null ? List.of(local) : up();
    }

    private List<Endpoint> up() {
        List<Endpoint> up = new ArrayList<>(nodes.size());
        for (Dialled node : nodes.values()) {
            if (node.endpoint().isUp()) {
                up.add(node.endpoint());
            }
        }
        return up;
    }

    /** Asks all of them who is master. */
    void ask() {
        for (Dialled node : nodes.values()) {
            if (node.endpoint().isUp()) {
                node.endpoint().ask();
            }
        }
    }

    void close() {
        nodes.values().forEach(node -> node.link().close());
    }
}
