package io.holdfast.integrations.election.zookeeper;

import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.integrations.election.ElectionTiming;
import io.holdfast.integrations.election.StoreElection;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFrameworkFactory;

/**
 * Elects the master and other roles by records in ZooKeeper, 3.5 or later; with 3.6 or later changes are noticed at once, else
 * within {@link #poll}.
 *
 * <pre>{@code
 * HaCluster.builder("shop")
 *         .node(node)
 *         .with(ZooKeeperElection.connect("zk-1:2181,zk-2:2181,zk-3:2181"))
 *         .onMaster(grant -> start(grant.token()))
 *         .onSlave(reason -> stop())
 *         .start();
 * }</pre>
 *
 * <p>A grant rests on writes that ZooKeeper has confirmed, and not on a session or a ping, of which a client cannot say when it
 * was last answered; it outlives a session that ends early, and ends by the node's own clock where none is confirmed. Immutable:
 * each method returns a changed copy.
 */
public final class ZooKeeperElection implements HaFeature {
    private final String servers;
    private final String root;
    private final Consumer<CuratorFrameworkFactory.Builder> configure;
    private final ElectionTiming timing;

    private ZooKeeperElection(
            String servers, String root, Consumer<CuratorFrameworkFactory.Builder> configure, ElectionTiming timing) {
        this.servers = servers;
        this.root = root;
        this.configure = configure;
        this.timing = timing;
    }

    /**
     * Under {@code /holdfast}, with a lease of 10 s.
     *
     * @param servers as ZooKeeper writes them: {@code zk-1:2181,zk-2:2181}
     */
    public static ZooKeeperElection connect(String servers) {
        return new ZooKeeperElection(servers, "/holdfast", builder -> {}, ElectionTiming.standard());
    }

    /** Where the records are: an absolute path, which is made where missing; the cluster's name is put behind it. */
    public ZooKeeperElection root(String path) {
        return new ZooKeeperElection(servers, path, configure, timing);
    }

    /**
     * Sets up the client further: authentication, ACLs, TLS ({@code zookeeperFactory}). It must not make it read-only; time-outs
     * follow from the lease.
     */
    public ZooKeeperElection configure(Consumer<CuratorFrameworkFactory.Builder> further) {
        return new ZooKeeperElection(servers, root, configure.andThen(further), timing);
    }

    /** How long a grant lasts without being renewed, 500 ms to 10 min; 10 s by default. It is renewed four times as often. */
    public ZooKeeperElection lease(Duration time) {
        return timed(timing.withLease(time));
    }

    /** By how much the nodes' clocks may differ while a lease lasts, less than the lease; a tenth of it by default. */
    public ZooKeeperElection clockDrift(Duration time) {
        return timed(timing.withClockDrift(time));
    }

    /** How long one request may take, 50 ms to 3/8 of the lease; a quarter of it, 3 s at most, by default. */
    public ZooKeeperElection requestTimeout(Duration time) {
        return timed(timing.withRequestTimeout(time));
    }

    /** How often the records are read where no watch tells of a change, 10 ms to half the lease; a fifth of it, 1 s at most, by default. */
    public ZooKeeperElection poll(Duration time) {
        return timed(timing.withPoll(time));
    }

    /** For how long a node keeps a role before it gives it to a better one of its own accord, 0 to 1 h; 30 s by default. */
    public ZooKeeperElection calm(Duration time) {
        return timed(timing.withCalm(time));
    }

    /** Raised on all nodes when the records were lost or restored from an older state, 0 to 32767; 0 by default. */
    public ZooKeeperElection epoch(int number) {
        return timed(timing.withEpoch(number));
    }

    /** All times and the epoch at once, as {@link io.holdfast.integrations.election.ElectionOptions} read them. */
    public ZooKeeperElection timing(ElectionTiming times) {
        return timed(times);
    }

    private ZooKeeperElection timed(ElectionTiming changed) {
        return new ZooKeeperElection(servers, root, configure, changed);
    }

    @Override
    public String name() {
        return "zookeeper-election";
    }

    @Override
    public boolean isElectionEngine() {
        return true;
    }

    @Override
    public void validate(Settings settings) {
        if (servers.contains("@")) { // not repeated: it may hold a password
            throw new IllegalArgumentException(name()
                    + ": servers have no user in them; write .connect(\"zk-1:2181,zk-2:2181\"), and what the client signs in with"
                    + " by .configure(client -> client.authorization(...))");
        }
        if (!servers.matches("[^/\\s]+:\\d+(,[^/\\s]+:\\d+)*")) {
            throw new IllegalArgumentException(name() + ": servers \"" + servers
                    + "\" are not host:port, separated by commas; write .connect(\"zk-1:2181,zk-2:2181\")");
        }
        if (!root.matches("(/[A-Za-z0-9._-]{1,64}){1,8}")) {
            throw new IllegalArgumentException(
                    name() + ": root \"" + root + "\" is not an absolute path; write .root(\"/holdfast\")");
        }
        if (settings.node().isClient()) {
            throw new IllegalArgumentException(
                    name() + ": " + settings.node().id() + " is a client, which holds no roles; leave the feature out");
        }
        timing.validate(name());
    }

    @Override
    public RunningFeature create(FeatureContext context) {
        return new StoreElection(
                "zookeeper",
                servers + root,
                "records in ZooKeeper under " + root + "; its ensemble must not lose what it has confirmed",
                context,
                timing,
                (cluster, requestMillis, changed) -> ZooKeeperStore.open(
                        servers,
                        root + "/" + cluster,
                        timing.lease().toMillis() / 2,
                        requestMillis,
                        configure,
                        changed));
    }
}
