package io.holdfast.core;

import io.holdfast.core.internal.seal.SealFactory;
import io.holdfast.core.internal.seal.SealedPort;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Transport.Listener;
import io.holdfast.core.spi.DatagramPort;
import io.holdfast.core.spi.Seal;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's seals, the watches on their keys, and its port for datagrams if a feature has asked for it. Put together and taken
 * apart with the {@link NodeParts}.
 */
final class Sealing {
    private static final Logger LOG = LoggerFactory.getLogger(Sealing.class);
    /** How often another port is tried where the system chooses one and it is taken for datagrams. */
    private static final int MOST_TRIES = 8;

    private final ClusterPlan plan;
    private final NodeRuntime runtime;
    private final MeterRegistry meters;
    private final List<KeyWatch> watches = new ArrayList<>();
    private @Nullable SealedPort port;
    private String asked = "";

    /** Listens at an address. */
    @FunctionalInterface
    interface Listening {
        Listener at(Address bind) throws IOException;
    }

    Sealing(ClusterPlan plan, NodeRuntime runtime, MeterRegistry meters) {
        this.plan = plan;
        this.runtime = runtime;
        this.meters = meters;
    }

    Seal seal(KeyRing.@Nullable Source keys, int maxPayloadBytes) {
        if (keys == null) {
            return SealFactory.create(runtime, plan.name(), null, Duration.ZERO, maxPayloadBytes);
        }
        KeyRing ring;
        try {
            ring = keys.read();
        } catch (IOException useless) {
            throw new IllegalArgumentException(
                    "node " + plan.node().id() + " has no keys: " + useless.getMessage(), useless);
        }
        Seal seal = SealFactory.create(runtime, plan.name(), ring, keys.clockTolerance(), maxPayloadBytes);
        if (!(keys instanceof KeyRing.Fixed)) {
            watches.add(
                    new KeyWatch(plan.node().id(), keys, ring, runtime, changed -> SealFactory.rotate(seal, changed)));
        }
        return seal;
    }

    DatagramPort port(String feature, Seal seal, DatagramPort.Handler handler) {
        if (port != null) {
            throw new IllegalStateException(
                    "the datagrams of " + plan + " are wanted by two features: " + asked + " and " + feature);
        }
        asked = feature;
        SealedPort made = new SealedPort(runtime, plan.name(), plan.node().id(), seal, handler, meters);
        if (plan.node().isClient()) {
            made.unavailable("a client binds no port");
        }
        port = made;
        return made;
    }

    /**
     * Listens, and binds the same port for datagrams if those are wanted. Where the system chooses the port, one is found
     * that both can have; else a node without datagrams is better than none.
     */
    Listener bind(Address bind, Listening listening) throws IOException {
        Listener listener = listening.at(bind);
        SealedPort wanted = port;
        if (wanted == null) {
            return listener;
        }
        for (int tries = 1; ; tries++) {
            try {
                wanted.bind(new Address(bind.host(), listener.address().getPort()));
                return listener;
            } catch (IOException taken) {
                if (bind.port() != 0 || tries == MOST_TRIES) {
                    wanted.unavailable(String.valueOf(taken.getMessage()));
                    LOG.warn("{} runs without datagrams: {}", plan, taken.getMessage());
                    return listener;
                }
                listener = another(listener, bind, listening);
            }
        }
    }

    /** Another listener; the first one is closed afterwards, so that the system chooses another port. */
    private static Listener another(Listener first, Address bind, Listening listening) throws IOException {
        try {
            return listening.at(bind);
        } finally {
            first.close();
        }
    }

    /** The features have started. On the loop. */
    void begin() {
        if (port != null) {
            port.begin();
        }
        watches.forEach(KeyWatch::begin);
    }

    /** The features have stopped. On the loop. */
    void stop() {
        if (port != null) {
            port.close();
        }
        watches.forEach(KeyWatch::stop);
    }

    /** Ends sockets and threads. Not on the loop, where that is not the caller's own. */
    void close() {
        if (port != null) {
            port.close(); // again, if the loop never came to it
        }
        watches.forEach(KeyWatch::close);
    }

    /** Takes the meters away; when the loop has ended. */
    void release() {
        if (port != null) {
            port.release();
        }
    }
}
