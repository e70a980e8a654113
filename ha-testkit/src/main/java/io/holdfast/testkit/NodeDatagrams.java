package io.holdfast.testkit;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Datagrams;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Datagrams as one process uses them: its sockets. Their ports are other ones than those of the {@link NodeTransport}. */
final class NodeDatagrams implements Datagrams {
    static final int MAX_DATAGRAM_BYTES = 1_400;

    private static final int FIRST_FREE_PORT = 40_000;
    private static final int LAST_PORT = 65_535;

    private final SimulatedRuntime runtime;
    private final SimulatedNetwork network;
    private final Map<Integer, SimulatedSocket> sockets = new TreeMap<>();
    private int nextPort = FIRST_FREE_PORT;

    NodeDatagrams(SimulatedRuntime runtime) {
        this.runtime = runtime;
        this.network = runtime.simulation().network();
    }

    @Override
    public int maxDatagramBytes() {
        return MAX_DATAGRAM_BYTES;
    }

    @Override
    public Socket bind(Address bind, Handler handler) throws IOException {
        SimulatedNode node = runtime.node();
        if (!runtime.isAlive()) {
            throw cannotBind(bind, "node " + node.id() + " is closed");
        }
        if (network.refusesDatagrams(node)) {
            throw cannotBind(bind, "node " + node.id() + " is not allowed to, by the test");
        }
        if (!network.hosts().isOwn(node, bind.host())) {
            throw cannotBind(bind, "node " + node.id() + " has no such address");
        }
        int port = bind.port() == 0 ? freePort() : bind.port();
        InetSocketAddress address = new InetSocketAddress(network.hosts().address(node), port);
        SimulatedSocket socket = new SimulatedSocket(this, runtime, address, handler);
        if (sockets.putIfAbsent(port, socket) != null) {
            throw cannotBind(bind, "Address already in use on node " + node.id());
        }
        return socket;
    }

    private static IOException cannotBind(Address bind, String why) {
        return new IOException("cannot bind " + bind + " for datagrams: " + why);
    }

    private int freePort() {
        do {
            nextPort = nextPort >= LAST_PORT ? FIRST_FREE_PORT : nextPort + 1;
        } while (sockets.containsKey(nextPort));
        return nextPort;
    }

    @Nullable
    SimulatedSocket socket(int port) {
        return sockets.get(port);
    }

    void forget(SimulatedSocket socket) {
        sockets.remove(socket.address().getPort(), socket);
    }

    /** Closes every socket, as the end of a process does. */
    void closeAll() {
        List.copyOf(sockets.values()).forEach(SimulatedSocket::close);
    }
}
