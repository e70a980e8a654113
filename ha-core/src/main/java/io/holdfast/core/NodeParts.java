package io.holdfast.core;

import io.holdfast.core.FeatureStopper.Named;
import io.holdfast.core.internal.http.HttpEndpoint;
import io.holdfast.core.internal.link.Admission;
import io.holdfast.core.internal.link.NodeLinks;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Measure;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.ReplicatedState;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a running node consists of, put together by the thread that starts it and taken apart by the one that stops it,
 * however far the putting together had come.
 */
final class NodeParts {
    private static final Measure MEMBER_EVENTS_DROPPED = Measure.counter(
            "holdfast.events.members.dropped",
            "events of members that were not told because the listener was too slow",
            "cluster",
            "node");
    private static final Measure LINKS_UP = Measure.gauge(
            "holdfast.links.up", "links with other nodes that stand, of both directions", "cluster", "node");

    private static final Logger LOG = LoggerFactory.getLogger(NodeParts.class);

    private final ClusterPlan plan;
    private final NodeRuntime runtime;
    private final EventFeed events;
    private final Feed<MemberEvent> memberEvents;
    private final NodeLinks links;
    private final MeterRegistry meters;
    private final Sealing sealing;
    private final List<Named> opened = new ArrayList<>();
    private volatile List<Named> features = List.of();
    private volatile @Nullable Callbacks callbacks;
    private volatile boolean inline;
    private volatile @Nullable HealthMonitor health;
    private volatile @Nullable Tenures tenures;
    private volatile @Nullable Membership membership;
    private volatile @Nullable ReplicatedState replicatedState;
    private volatile @Nullable TlsWatch tlsWatch;
    private volatile @Nullable Operations operations;
    private volatile @Nullable HttpEndpoint http;
    private Transport.@Nullable Listener listener;
    private @Nullable Meter linksUp;

    NodeParts(ClusterPlan plan, NodeRuntime runtime, EventFeed events) {
        this.events = events;
        this.plan = plan;
        this.memberEvents = new Feed<>(plan.node().id(), "members", MEMBER_EVENTS_DROPPED, plan.memberListener());
        this.runtime = runtime;
        MeterRegistry given = plan.meters();
        this.meters = given == null ? new SimpleMeterRegistry() : given;
        TlsPlan tls = plan.tls();
        this.links = new NodeLinks(
                runtime,
                plan.name(),
                plan.node().id(),
                !plan.node().isClient(),
                tls == null ? Admission.open() : tls.admission(),
                meters);
        this.sealing = new Sealing(plan, runtime, meters);
    }

    NodeRuntime runtime() {
        return runtime;
    }

    EventLoop loop() {
        return runtime.loop();
    }

    NodeLinks links() {
        return links;
    }

    Sealing sealing() {
        return sealing;
    }

    MeterRegistry meters() {
        return meters;
    }

    Callbacks callbacks() {
        return Objects.requireNonNull(callbacks, "callbacks are there before any feature is");
    }

    HealthMonitor health() {
        return Objects.requireNonNull(health, "health is watched before any feature is there");
    }

    /** True unless the loop stands still. */
    boolean isLoopLive() {
        HealthMonitor watching = health;
        return watching == null || watching.isLive();
    }

    /** The roles that this node stands for; null if nothing elects. */
    @Nullable
    Tenures tenures() {
        return tenures;
    }

    /** Who knows the members; null if nothing does. */
    @Nullable
    Membership membership() {
        return membership;
    }

    /** Null if nothing replicates state, or before features are made. */
    @Nullable
    ReplicatedState replicatedState() {
        return replicatedState;
    }

    /** Those made so far, in the order of the builder. */
    List<Named> features() {
        return features;
    }

    /** True where the loop is the caller's own thread, as in the simulator: nothing may wait for it then. */
    boolean isInline() {
        return inline;
    }

    /** True on a thread for which the node's stop waits: the loop's, or one that runs a callback. */
    boolean isOwnThread() {
        Callbacks running = callbacks;
        Tenures roles = tenures;
        return inline
                || loop().inEventLoop()
                || (running != null && running.isInside())
                || (roles != null && roles.isInside());
    }

    /** Makes the features; they do nothing yet. */
    void assemble(ClusterRun run, Function<String, FeatureContext> contexts) {
        Thread caller = Thread.currentThread();
        loop().run(() -> inline = Thread.currentThread().equals(caller));
        callbacks = new Callbacks(plan.node().id(), plan.callbacks(), loop(), runtime::newWorker);
        events.begin(callbacks(), plan.name(), meters);
        memberEvents.begin(callbacks(), plan.name(), meters);
        health = new HealthMonitor(
                plan.name(),
                plan.node().id(),
                runtime.clock(),
                loop(),
                runtime::newWorker,
                plan.healthChecks(),
                events,
                meters);
        TlsPlan tls = plan.tls();
        if (tls != null) {
            tlsWatch = new TlsWatch(plan.name(), plan.node().id(), tls, runtime, health(), meters);
        }
        operations = new Operations(run, this);
        linksUp = LINKS_UP.newGauge(
                meters, Tags.of("cluster", plan.name(), "node", plan.node().id()), links, NodeLinks::upCount);
        List<Named> made = new ArrayList<>();
        for (HaFeature feature : plan.features()) {
            made.add(new Named(feature.name(), feature.create(contexts.apply(feature.name()))));
            features = List.copyOf(made); // one that was made is closed even if the next cannot be made
        }
        for (Named named : made) {
            if (named.feature() instanceof Membership known) {
                membership = known;
            }
            if (named.feature() instanceof ReplicatedState replicates) {
                replicatedState = replicates;
            }
            if (named.feature() instanceof ElectionEngine engine) {
                tenures = new Tenures(
                        plan.name(),
                        plan.node().id(),
                        engine,
                        runtime.clock(),
                        loop(),
                        inline,
                        runtime::newWorker,
                        callbacks(),
                        events,
                        meters);
            }
        }
    }

    void open(Named named) throws Exception {
        opened.add(named);
        named.feature().open();
    }

    /** Binds, and returns the node with the ports that were chosen. */
    Node listen() throws IOException {
        Node node = plan.node();
        Transport.Listener bound =
                sealing.bind(node.bindAddress(), at -> runtime.transport().listen(at, links.transportAcceptor()));
        listener = bound;
        int port = bound.address().getPort();
        if (plan.tls() == null
                && plan.runtime() == null
                && !isLoopback(node.bindAddress().host())) {
            LOG.warn("{}: no TLS: whoever reaches port {} can read, write and operate this cluster", plan, port);
        }
        return node.bind(withPort(node.bindAddress(), port).toString())
                .advertise(withPort(node.advertisedAddress(), port).toString());
    }

    static boolean isLoopback(String host) {
        return host.startsWith("127.") || host.equals("localhost") || host.equals("::1");
    }

    private static Address withPort(Address address, int port) {
        return address.port() == 0 ? new Address(address.host(), port) : address;
    }

    /** Lets the features act. */
    void begin() {
        loop().run(() -> {
            Membership heard = membership;
            health().begin(heard == null ? is -> {} : is -> heard.say(facts -> facts.withHealth(is)));
            TlsWatch certificates = tlsWatch;
            if (certificates != null) {
                certificates.begin();
            }
            Membership known = membership;
            if (known != null) {
                known.listen(this::memberEvent);
            }
            for (Named named : features) {
                named.feature().start();
            }
            sealing.begin();
            if (!plan.node().isClient()) {
                operations().serve();
            }
            links.begin();
        });
        Tenures roles = tenures;
        CallbackDuty mastership = plan.mastership();
        if (roles != null && mastership != null) {
            roles.stand(
                    ElectionEngine.MASTER,
                    mastership,
                    mastership.stopWithinNanos(),
                    mastership.priority(),
                    mastership.haltOnOverrun(),
                    plan.callbacks());
        }
    }

    private void memberEvent(MemberEvent event) {
        if (event.kind() != MemberEvent.Kind.UPDATED) {
            events.tell(
                    HaEvent.Kind.MEMBER,
                    event.member().id(),
                    event.kind() + (event.reason().isEmpty() ? "" : ": " + event.reason()));
        }
        memberEvents.tell(event);
    }

    /** Serves probes, if that is wanted: the last thing of a start, so that nobody is told of half a node. */
    void serveHttp(ClusterRun run) throws IOException {
        HttpPlan wanted = plan.http();
        if (wanted != null) {
            http = HttpEndpoint.open(
                    plan.node().id(),
                    new InetSocketAddress(wanted.bind().host(), wanted.bind().port()),
                    new HttpProbes(run, operations(), wanted.detailed()));
        }
    }

    Optional<Address> httpAddress() {
        HttpEndpoint serving = http;
        HttpPlan wanted = plan.http();
        return serving == null || wanted == null
                ? Optional.empty()
                : Optional.of(new Address(wanted.bind().host(), serving.port()));
    }

    Operations operations() {
        return Objects.requireNonNull(operations, "operations are there before any feature is");
    }

    /** Stops the features and then the links, within {@code limitNanos}. On the loop. */
    void stop(boolean featuresToo, long limitNanos, Runnable done) {
        HealthMonitor watching = health;
        if (watching != null) {
            watching.stop();
        }
        TlsWatch certificates = tlsWatch;
        if (certificates != null) {
            certificates.stop();
        }
        Tenures roles = tenures;
        if (roles != null && featuresToo) {
            roles.stop(() -> stopFeatures(true, limitNanos, done));
        } else {
            stopFeatures(featuresToo, limitNanos, done);
        }
    }

    private void stopFeatures(boolean featuresToo, long limitNanos, Runnable done) {
        List<Named> toStop = featuresToo ? List.copyOf(opened) : List.of();
        new FeatureStopper(plan.node().id(), loop(), runtime.clock(), toStop, limitNanos, () -> {
                    Transport.Listener bound = listener;
                    if (bound != null) {
                        quietly("closing the listener", bound::close);
                    }
                    quietly("closing the port for datagrams", sealing::stop);
                    endCalls();
                    quietly("ending the links", links::close);
                    done.run();
                })
                .next();
    }

    private void endCalls() {
        Operations asking = operations;
        if (asking != null) {
            quietly("ending what other nodes were asked", asking::endCalls);
        }
    }

    /** Releases files, threads and sockets, whatever state they are in. Waits for threads where they are not inline. */
    void release() {
        Tenures roles = tenures;
        if (roles != null) {
            quietly("ending the callbacks of roles", roles::close);
        }
        List<Named> made = features;
        for (int i = made.size() - 1; i >= 0; i--) {
            Named named = made.get(i);
            quietly("closing feature " + named.name(), named.feature()::close);
        }
        Transport.Listener bound = listener;
        if (bound != null) {
            quietly("closing the listener", bound::close); // again, if the loop never came to it
        }
        quietly("ending the port for datagrams", sealing::close);
        endCalls(); // again, too, and while futures can still complete
        events.tell(HaEvent.Kind.STOPPED, "", "");
        events.close(meters);
        memberEvents.close(meters);
        Callbacks running = callbacks;
        if (running != null) {
            quietly("ending the callbacks", running::close);
        }
        HealthMonitor watched = health;
        if (watched != null) {
            quietly("ending the health checks", watched::close);
        }
        TlsWatch certificates = tlsWatch;
        if (certificates != null) {
            quietly("ending the watch on certificates", certificates::close);
        }
        HttpEndpoint serving = http;
        if (serving != null) {
            quietly("closing the HTTP endpoint", serving::close); // late: until then it says that the node is not ready
        }
        quietly("closing the runtime", runtime::close);
        quietly("removing the meters of the links", links::release);
        Operations served = operations;
        if (served != null) {
            quietly("removing the meters of the operators", served::release);
        }
        quietly("removing the meters of datagrams", sealing::release);
        Meter gauge = linksUp;
        if (gauge != null) {
            meters.remove(gauge);
        }
        if (plan.meters() == null) {
            meters.close();
        }
    }

    private void quietly(String what, Runnable step) {
        try {
            step.run();
        } catch (Throwable e) { // the edge of the node: the other parts must still be released
            LOG.error("{} failed at {}; the rest is still stopped", plan, what, e);
        }
    }
}
