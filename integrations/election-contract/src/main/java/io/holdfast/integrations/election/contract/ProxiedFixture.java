package io.holdfast.integrations.election.contract;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.spi.HaFeature;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An engine that is one server on the loopback interface, which each node reaches through a proxy of its own. */
public abstract class ProxiedFixture implements ElectionFixture {
    private final Map<String, TcpProxy> proxies = new ConcurrentHashMap<>();
    private final Pauses pauses = new Pauses();

    /** For a subclass. */
    protected ProxiedFixture() {}

    /** Where the server listens. */
    protected abstract int serverPort();

    /** The engine of that node, which reaches the server by that port of 127.0.0.1, with this fixture's lease and drift. */
    protected abstract HaFeature feature(String node, int port);

    /** Ends the server and removes what it wrote. */
    protected abstract void closeServer() throws Exception;

    private TcpProxy proxy(String node) {
        return proxies.computeIfAbsent(node, id -> {
            try {
                return TcpProxy.to(serverPort());
            } catch (IOException e) {
                throw new IllegalStateException("no proxy for " + id, e);
            }
        });
    }

    @Override
    public Set<Power> powers() {
        return EnumSet.allOf(Power.class);
    }

    @Override
    public HaCluster.Builder node(String id) {
        return HaCluster.builder("contract")
                .node(Node.of(id).bind("127.0.0.1:0").advertise("127.0.0.1:0"))
                .with(feature(id, proxy(id).port()))
                .runtime(pauses.runtime(id));
    }

    @Override
    public Duration lease() {
        return Duration.ofSeconds(2);
    }

    @Override
    public Duration clockDrift() {
        return Duration.ofMillis(200);
    }

    @Override
    public void cut(String node) {
        proxy(node).cut();
    }

    @Override
    public void heal(String node) {
        proxy(node).heal();
    }

    @Override
    public void delay(String node, Duration time) {
        proxy(node).delay(time.toNanos());
    }

    @Override
    public void pause(String node) {
        pauses.pause(node);
    }

    @Override
    public void resume(String node) {
        pauses.resume(node);
    }

    /** Ends its connections; an engine that keeps more of them than that overrides this. */
    @Override
    public void loseSession(String node) throws Exception {
        proxy(node).drop();
    }

    @Override
    public void close() throws Exception {
        proxies.values().forEach(TcpProxy::close);
        closeServer();
    }
}
