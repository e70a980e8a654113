package io.holdfast.testkit;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Transport.Acceptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The network between simulated nodes. It carries frames in order by default; faults can lose, delay, double and reorder
 * them, cut a direction or refuse dials. A cut is silent: frames vanish and connections stay.
 */
public final class SimulatedNetwork {
    private static final long CONNECT_TIMEOUT_NANOS = 2_000_000_000L;
    private static final long RETRY_NANOS = 100_000_000L;

    private record Direction(String from, String to) {}

    private final Simulation simulation;
    private final SplittableRandom random;
    private final Map<String, InetAddress> addresses = new HashMap<>();
    private final Map<InetAddress, String> hosts = new HashMap<>();
    private final Set<Direction> cuts = new HashSet<>();
    private final Set<String> refusing = new HashSet<>();
    private final Set<String> unresolved = new HashSet<>();
    private long leastDelayNanos = 50_000;
    private long mostDelayNanos = 500_000;
    private double loss;
    private double duplication;
    private double reordering;

    SimulatedNetwork(Simulation simulation, SplittableRandom random) {
        this.simulation = simulation;
        this.random = random;
    }

    /** How long frames take. */
    public void delay(Duration least, Duration most) {
        leastDelayNanos = least.toNanos();
        mostDelayNanos = most.toNanos();
    }

    /** Probability that a frame is lost. */
    public void loss(double probability) {
        loss = probability;
    }

    /** Probability that a frame arrives twice. */
    public void duplication(double probability) {
        duplication = probability;
    }

    /** Probability that a frame may overtake others. */
    public void reordering(double probability) {
        reordering = probability;
    }

    /** Nothing gets from one node to the other; the opposite direction is not touched. */
    public void cut(String from, String to) {
        cuts.add(new Direction(from, to));
    }

    /** Nothing gets from one group to the other, in either direction. */
    public void partition(Collection<String> some, Collection<String> others) {
        for (String one : some) {
            for (String other : others) {
                cut(one, other);
                cut(other, one);
            }
        }
    }

    /** A node's host refuses dials, though its process runs. */
    public void refuse(String node) {
        refusing.add(node);
    }

    /** A name cannot be looked up. */
    public void failResolution(String name) {
        unresolved.add(name);
    }

    /** Ends cuts and refusals. */
    public void healCuts() {
        cuts.clear();
        refusing.clear();
        unresolved.clear();
    }

    /** Ends cuts, refusals, loss, duplication and reordering; delays return to the default. */
    public void heal() {
        healCuts();
        loss = 0;
        duplication = 0;
        reordering = 0;
        leastDelayNanos = 50_000;
        mostDelayNanos = 500_000;
    }

    private boolean isCut(String from, String to) {
        return !cuts.isEmpty() && cuts.contains(new Direction(from, to));
    }

    private long drawDelay() {
        return leastDelayNanos + random.nextLong(Math.max(1, mostDelayNanos - leastDelayNanos));
    }

    InetSocketAddress socketAddress(String host, int port) {
        InetAddress address = addresses.get(host);
        if (address == null) {
            int number = addresses.size() + 1;
            try {
                address = InetAddress.getByAddress(host, new byte[] {10, 0, (byte) (number >> 8), (byte) number});
            } catch (UnknownHostException e) {
                throw new IllegalStateException("four bytes are an address", e);
            }
            addresses.put(host, address);
            hosts.put(address, host);
        }
        return new InetSocketAddress(address, port);
    }

    void resolve(Address address, Resolver.Callback callback) {
        if (unresolved.contains(address.host())) {
            callback.resolved(List.of(), address.host() + " is not known at this moment");
        } else {
            callback.resolved(List.of(socketAddress(address.host(), address.port())), "");
        }
    }

    void connect(SimulatedTransport from, InetSocketAddress target, ConnectionHandler handler) {
        String host = hosts.getOrDefault(target.getAddress(), "");
        String self = from.runtime().node().name();
        long there = drawDelay();
        simulation.schedule(there, null, () -> arrive(from, self, host, target, handler));
    }

    private void arrive(
            SimulatedTransport from, String self, String host, InetSocketAddress target, ConnectionHandler handler) {
        SimulatedRuntime process = simulation.node(host).runtime();
        if (isCut(self, host) || isCut(host, self) || simulation.node(host).isUnpowered()) {
            from.runtime()
                    .schedule(
                            CONNECT_TIMEOUT_NANOS,
                            () -> handler.closed(CloseReason.UNREACHABLE, "no answer from " + target));
            return;
        }
        Acceptor acceptor = process == null || refusing.contains(host)
                ? null
                : ((SimulatedTransport) process.transport()).listeners().get(target.getPort());
        if (process == null || acceptor == null) {
            from.runtime().schedule(drawDelay(), () -> handler.closed(CloseReason.REFUSED, "refused by " + target));
            return;
        }
        SimulatedTransport to = (SimulatedTransport) process.transport();
        InetSocketAddress source = socketAddress(self, 1);
        // The system accepts at once; the process hears of it when it runs.
        process.schedule(0, () -> {
            if (from.runtime().isClosed()) {
                return;
            }
            ConnectionHandler accepted = acceptor.accept(source);
            SimulatedConnection near = new SimulatedConnection(from, this, handler, target);
            SimulatedConnection far = new SimulatedConnection(to, this, accepted, source);
            near.join(far);
            far.join(near);
            accepted.opened(far);
            from.runtime().schedule(drawDelay(), () -> {
                if (near.isOpen()) {
                    handler.opened(near);
                }
            });
        });
    }

    void transmit(SimulatedConnection from, SimulatedConnection to, byte[] bytes) {
        if (isCut(from.host(), to.host()) || random.nextDouble() < loss) {
            return;
        }
        boolean inOrder = random.nextDouble() >= reordering;
        from.deliver(to, bytes, inOrder ? drawDelay() : drawDelay() * 3, inOrder);
        if (random.nextDouble() < duplication) {
            from.deliver(to, bytes, drawDelay() * 3, false);
        }
    }

    /** The far end hears that this one is closed: behind what had been sent, and not through a cut. */
    void tellClosed(SimulatedConnection from, SimulatedConnection to) {
        long delay = Math.max(from.lastArrivalNanos() - simulation.nowNanos(), 0) + drawDelay();
        simulation.schedule(delay, null, () -> closeOrRetry(from, to));
    }

    private void closeOrRetry(SimulatedConnection from, SimulatedConnection to) {
        if (!to.isOpen()) {
            return;
        }
        if (isCut(from.host(), to.host())) {
            simulation.schedule(RETRY_NANOS, null, () -> closeOrRetry(from, to));
        } else {
            to.transport().runtime().schedule(0, to::peerClosed);
        }
    }

    /** A machine without power tells nobody; when it is back, it resets what it does not know. */
    void tellClosedAfterReboot(SimulatedConnection from, SimulatedConnection to) {
        if (!to.isOpen()) {
            return;
        }
        if (simulation.node(from.host()).isUnpowered()) {
            simulation.schedule(RETRY_NANOS, null, () -> tellClosedAfterReboot(from, to));
        } else {
            closeOrRetry(from, to);
        }
    }
}
