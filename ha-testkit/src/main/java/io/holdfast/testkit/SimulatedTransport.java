package io.holdfast.testkit;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One process's sockets. */
final class SimulatedTransport implements Transport {
    private static final int MAX_FRAME_BYTES = 16 << 20;

    private final SimulatedRuntime runtime;
    private final SimulatedNetwork network;
    private final Map<Integer, Acceptor> listeners = new LinkedHashMap<>();
    private final Set<SimulatedConnection> connections = new LinkedHashSet<>();
    private int nextPort = 20_000;

    SimulatedTransport(SimulatedRuntime runtime, SimulatedNetwork network) {
        this.runtime = runtime;
        this.network = network;
    }

    SimulatedRuntime runtime() {
        return runtime;
    }

    @Override
    public Listener listen(Address bind, Acceptor acceptor) throws IOException {
        int port = bind.port() == 0 ? nextPort++ : bind.port();
        if (listeners.putIfAbsent(port, acceptor) != null) {
            throw new IOException("port " + port + " of " + runtime.node() + " is in use");
        }
        InetSocketAddress address = network.socketAddress(runtime.node().name(), port);
        return new Listener() {
            @Override
            public InetSocketAddress address() {
                return address;
            }

            @Override
            public void close() {
                listeners.remove(port);
            }
        };
    }

    /** Who accepts at a port, or null. */
    Map<Integer, Acceptor> listeners() {
        return listeners;
    }

    @Override
    public void connect(InetSocketAddress target, ConnectionHandler handler) {
        network.connect(this, target, handler);
    }

    @Override
    public int maxFrameBytes() {
        return MAX_FRAME_BYTES;
    }

    void opened(SimulatedConnection connection) {
        connections.add(connection);
    }

    void closed(SimulatedConnection connection) {
        connections.remove(connection);
    }

    /** The process is gone. Its system closes its connections, if the machine still runs. */
    void vanish(boolean peersAreTold) {
        listeners.clear();
        for (SimulatedConnection connection : List.copyOf(connections)) {
            connection.ownerVanished(peersAreTold);
        }
        connections.clear();
    }
}
