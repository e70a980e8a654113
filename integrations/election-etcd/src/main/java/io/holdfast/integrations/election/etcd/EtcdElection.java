package io.holdfast.integrations.election.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.ClientBuilder;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.integrations.election.ElectionTiming;
import io.holdfast.integrations.election.StoreElection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Elects the master and other roles by keys in etcd, 3.4 or later.
 *
 * <pre>{@code
 * HaCluster.builder("shop")
 *         .node(node)
 *         .with(EtcdElection.connect("http://etcd-1:2379", "http://etcd-2:2379", "http://etcd-3:2379"))
 *         .onMaster(grant -> start(grant.token()))
 *         .onSlave(reason -> stop())
 *         .start();
 * }</pre>
 *
 * <p>A grant rests on transactions that etcd has confirmed; etcd's own leases, which its leader counts anew after each of its
 * elections, are not used. Immutable: each method returns a changed copy.
 */
public final class EtcdElection implements HaFeature {
    private final List<String> endpoints;
    private final String root;
    private final Consumer<ClientBuilder> configure;
    private final ElectionTiming timing;

    private EtcdElection(
            List<String> endpoints, String root, Consumer<ClientBuilder> configure, ElectionTiming timing) {
        this.endpoints = endpoints;
        this.root = root;
        this.configure = configure;
        this.timing = timing;
    }

    /**
     * Under {@code /holdfast}, with a lease of 10 s.
     *
     * @param endpoints one or more, such as {@code http://etcd-1:2379}
     */
    public static EtcdElection connect(String... endpoints) {
        return new EtcdElection(List.of(endpoints), "/holdfast", builder -> {}, ElectionTiming.standard());
    }

    /** What all keys begin with: an absolute path; the cluster's name is put behind it. */
    public EtcdElection root(String path) {
        return new EtcdElection(endpoints, path, configure, timing);
    }

    /**
     * Signs in; the user needs the permission {@code readwrite} on {@link #root} as a prefix. The password is never printed.
     *
     * @throws IllegalArgumentException if one of them is empty
     */
    public EtcdElection user(String name, String password) {
        if (name.isEmpty() || password.isEmpty()) {
            throw new IllegalArgumentException(name()
                    + ": a user has a name and a password, and one of them is empty; leave user(...) out for etcd without"
                    + " authentication");
        }
        return configure(builder -> builder.user(ByteSequence.from(name, StandardCharsets.UTF_8))
                .password(ByteSequence.from(password, StandardCharsets.UTF_8)));
    }

    /** Sets up the client further: TLS, for example. Time-outs follow from the lease. */
    public EtcdElection configure(Consumer<ClientBuilder> further) {
        return new EtcdElection(endpoints, root, configure.andThen(further), timing);
    }

    /** How long a grant lasts without being renewed, 500 ms to 10 min; 10 s by default. It is renewed four times as often. */
    public EtcdElection lease(Duration time) {
        return timed(timing.withLease(time));
    }

    /** By how much the nodes' clocks may differ while a lease lasts, less than the lease; a tenth of it by default. */
    public EtcdElection clockDrift(Duration time) {
        return timed(timing.withClockDrift(time));
    }

    /** How long one request may take, 50 ms to 3/8 of the lease; a quarter of it, 3 s at most, by default. */
    public EtcdElection requestTimeout(Duration time) {
        return timed(timing.withRequestTimeout(time));
    }

    /** How often the records are read where no watch tells of a change, 10 ms to half the lease; a fifth of it, 1 s at most, by default. */
    public EtcdElection poll(Duration time) {
        return timed(timing.withPoll(time));
    }

    /** For how long a node keeps a role before it gives it to a better one of its own accord, 0 to 1 h; 30 s by default. */
    public EtcdElection calm(Duration time) {
        return timed(timing.withCalm(time));
    }

    /** Raised on all nodes when the records were lost or restored from an older state, 0 to 32767; 0 by default. */
    public EtcdElection epoch(int number) {
        return timed(timing.withEpoch(number));
    }

    /** All times and the epoch at once, as {@link io.holdfast.integrations.election.ElectionOptions} read them. */
    public EtcdElection timing(ElectionTiming times) {
        return timed(times);
    }

    private EtcdElection timed(ElectionTiming changed) {
        return new EtcdElection(endpoints, root, configure, changed);
    }

    @Override
    public String name() {
        return "etcd-election";
    }

    @Override
    public boolean isElectionEngine() {
        return true;
    }

    @Override
    public void validate(Settings settings) {
        if (endpoints.stream().anyMatch(e -> e.contains("@"))) { // not repeated: it may hold a password
            throw new IllegalArgumentException(name()
                    + ": an endpoint has no user in it; write .user(name, password) beside \"http://etcd-1:2379\"");
        }
        if (endpoints.isEmpty() || !endpoints.stream().allMatch(e -> e.matches("https?://[^/\\s]+:\\d+"))) {
            throw new IllegalArgumentException(name() + ": endpoints " + endpoints
                    + " are not URLs with a port; write .connect(\"http://etcd-1:2379\", \"http://etcd-2:2379\")");
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
                "etcd",
                endpoints + root,
                "keys in etcd under " + root + "; it must not lose what it has confirmed",
                context,
                timing,
                (cluster, requestMillis, changed) ->
                        EtcdStore.open(endpoints, root + "/" + cluster + "/", requestMillis, configure, changed));
    }
}
