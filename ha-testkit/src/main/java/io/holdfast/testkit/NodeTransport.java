package io.holdfast.testkit;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The network as one process uses it: its listeners and its ends of connections. */
final class NodeTransport implements Transport {
    static final int MAX_FRAME_BYTES = 16 * 1024 * 1024;

    private static final int FIRST_FREE_PORT = 40_000;
    private static final int LAST_PORT = 65_535;

    private final SimulatedRuntime runtime;
    private final SimulatedNetwork network;
    private final Map<Integer, Acceptor> listeners = new TreeMap<>();
    private final Set<SimulatedConnection> connections = new LinkedHashSet<>();
    private int nextPort = FIRST_FREE_PORT;

    NodeTransport(SimulatedRuntime runtime) {
        this.runtime = runtime;
        this.network = runtime.simulation().network();
    }

    @Override
    public Listener listen(Address bind, Acceptor acceptor) throws IOException {
        SimulatedNode node = runtime.node();
        if (!runtime.isAlive()) {
            throw new IOException("cannot listen at " + bind + ": node " + node.id() + " is closed");
        }
        if (!network.hosts().isOwn(node, bind.host())) {
            throw new IOException("cannot listen at " + bind + ": node " + node.id() + " has no such address; it has "
                    + node.id() + ", " + network.hosts().address(node).getHostAddress() + ", 127.0.0.1 and 0.0.0.0");
        }
        int port = bind.port() == 0 ? freePort() : bind.port();
        if (listeners.putIfAbsent(port, acceptor) != null) {
            throw new IOException("cannot listen at " + bind + ": Address already in use on node " + node.id());
        }
        InetSocketAddress address = new InetSocketAddress(network.hosts().address(node), port);
        return new Listener() {
            @Override
            public InetSocketAddress address() {
                return address;
            }

            @Override
            public void close() {
                listeners.remove(port, acceptor);
            }
        };
    }

    private int freePort() {
        do {
            nextPort = nextPort >= LAST_PORT ? FIRST_FREE_PORT : nextPort + 1;
        } while (listeners.containsKey(nextPort));
        return nextPort;
    }

    @Override
    public void connect(InetSocketAddress target, ConnectionHandler handler) {
        if (!runtime.isAlive()) {
            return; // the loop that would tell the handler is gone
        }
        InetSocketAddress local = new InetSocketAddress(network.hosts().address(runtime.node()), freePort());
        new Dial(network, runtime, local, target, handler).begin();
    }

    @Override
    public int maxFrameBytes() {
        return MAX_FRAME_BYTES;
    }

    @Nullable
    Acceptor listener(int port) {
        return listeners.get(port);
    }

    void add(SimulatedConnection end) {
        connections.add(end);
    }

    void forget(SimulatedConnection end) {
        connections.remove(end);
    }

    /** Ends that are not closed, and those whose handler has not been told yet. */
    List<SimulatedConnection> connections() {
        return List.copyOf(connections);
    }

    /** Closes everything and tells every handler, at once. On the loop. */
    void closeAll() {
        listeners.clear();
        List<SimulatedConnection> open = connections();
        open.forEach(end -> end.close("node " + runtime.node().id() + " closes its runtime"));
        open.forEach(SimulatedConnection::tellClosed);
    }

    void vanish(boolean hostStands) {
        listeners.clear();
        connections().forEach(end -> end.vanish(hostStands));
        connections.clear();
    }

    /** Tells a dialler that nothing came of it. */
    void dialFailed(ConnectionHandler handler, long atNanos, CloseReason reason, String detail) {
        network.scheduler().schedule(EventKind.CONNECTION, runtime, atNanos, () -> handler.closed(reason, detail));
    }
}
