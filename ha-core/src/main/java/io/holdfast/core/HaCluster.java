package io.holdfast.core;

import io.holdfast.core.internal.configuration.ClusterOptions;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Option;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * This process's part in a cluster: one node, with the features it was built with.
 *
 * <pre>{@code
 * try (HaCluster cluster = HaCluster.builder("shop")
 *         .node(Node.of("node-1").bind("0.0.0.0:7400").advertise("10.0.0.1:7400"))
 *         .with(feature)
 *         .start()) {
 *     cluster.awaitReady(Duration.ofSeconds(30));
 * }
 * }</pre>
 *
 * <p>It starts once and stops once. It stops when asked to, when the process is told to end, and by itself when something breaks
 * that cannot be repaired while running, such as its disk; {@link #failure()} then says what. Safe from any thread.
 */
public final class HaCluster implements AutoCloseable {
    static final String SINGLE_NODE_NAME = "single-node";

    final ClusterRun run;

    private HaCluster(ClusterRun run) {
        this.run = run;
    }

    /**
     * Begins the configuration of a node.
     *
     * @param name what all nodes of the cluster call it, and what keeps them apart from those of another: 1 to 64
     *     letters, digits, dots, hyphens and underscores
     * @throws IllegalArgumentException if the name is not allowed
     */
    public static Builder builder(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("cluster name \"" + name
                    + "\" is not allowed; use 1 to 64 letters, digits, dots, hyphens and underscores");
        }
        return new Builder(name, false, null);
    }

    static boolean isName(String name) {
        return name.matches("[A-Za-z0-9._-]{1,64}");
    }

    /**
     * Begins with what a file and environment variables say: the cluster's name, the node, TLS, and each feature of which
     * something is set. What is said by code counts more, and takes the place of the whole: {@link Builder#node} of all {@code
     * holdfast.node} keys, {@link Builder#with(HaFeature)} of all of that feature's: whatever is written for those, wrong or not
     * all that is needed, is passed over, save for keys that are not known at all. {@link Builder#with(Class, UnaryOperator)}
     * adds to a feature what only code can give. What is wrong is told by {@link Builder#build()}, all of it at once; what was set
     * where is in the log when the node starts.
     */
    public static Builder builder(Configuration configuration) {
        Configured configured = new Configured(configuration, ClusterOptions.table());
        return new Builder(configured.name(), configured.standalone(), configured);
    }

    /** A cluster of one node alone, named "single-node", for development and tests; its node is "node-1" by default. */
    public static Builder singleNode() {
        return new Builder(SINGLE_NODE_NAME, true, null).node(Node.of("node-1"));
    }

    /**
     * Starts the node and returns when it is bound and its features run; see {@link #awaitReady} for when they can
     * serve.
     *
     * @throws StartFailedException if it cannot start; nothing is left behind then
     * @throws IllegalStateException if it was started or stopped before
     */
    public void start() {
        run.start();
    }

    /**
     * Waits until every feature has said that it can serve. In a runtime whose loop is the caller's own thread, and on
     * the node's loop, it does not wait but only looks.
     *
     * @param timeout how long to wait at the most; zero only looks
     * @throws NotAvailableException if they cannot serve when the time is up, with each feature's reason; at once if the
     *     node is stopping, or has failed, then with the failure as its cause; and if the thread is interrupted, whose
     *     interrupt flag stays set
     * @throws IllegalStateException if it was not started
     */
    public void awaitReady(Duration timeout) {
        run.awaitReady(timeout);
    }

    /** True if it is running and every feature has said that it can serve. */
    public boolean isReady() {
        return run.isReady();
    }

    /**
     * How the node is, as it knows itself: its health checks, its loop, its disk. Safe from any thread; a snapshot, which costs
     * no check.
     */
    public HealthReport health() {
        return run.health();
    }

    /**
     * Why the node is as it is: why it is not ready or not healthy, why there is no master, who holds which role, what it waits
     * for. Safe from any thread; a snapshot, at most a second old.
     *
     * @throws IllegalStateException if it was not started
     */
    public Explanation explain() {
        return run.explain();
    }

    /**
     * Whether a node, this one or another, may be stopped now. What this node cannot tell it asks the master, for at most 3 s.
     *
     * @param nodeId the node that would be stopped
     * @return completes normally: where nobody can tell, it is not safe
     * @throws IllegalStateException if this node was not started
     */
    public CompletableFuture<SafeToStop> safeToStop(String nodeId) {
        return run.safeToStop(nodeId);
    }

    /** Where {@link Builder#http} is served, with the port that the system chose in place of port 0; empty if it is not. */
    public Optional<Address> httpAddress() {
        return run.httpAddress();
    }

    /**
     * False if the process should be started anew: the node has failed or stopped, or its loop has not moved for ten seconds. A
     * node that is stopping is live until it has stopped, or whoever looks would end the process while callbacks still run.
     * Whether other nodes can be reached, or a majority is there, plays no part: starting a sound process anew helps nobody.
     */
    public boolean isLive() {
        return run.isLive();
    }

    /**
     * A named duty that one node has at a time. Needs something that elects, such as {@code LogReplication}.
     *
     * @param role 1 to 64 letters, digits, dots, hyphens and underscores, and not {@code master}, which is {@link
     *     Builder#onMaster}
     */
    public Role role(String role) {
        if (!role.matches("[A-Za-z0-9._-]{1,64}") || role.equals(ElectionEngine.MASTER)) {
            throw new IllegalArgumentException(
                    "role \"" + role + "\" is not allowed; use 1 to 64 letters, digits, dots,"
                            + " hyphens and underscores, and onMaster(...) of the builder for the master's duties");
        }
        return new Role(run, role);
    }

    /**
     * Who is the cluster's master, as far as this node knows; empty while it knows of none.
     *
     * @throws IllegalStateException if nothing elects, or the node was not started
     */
    public Optional<RoleHolder> master() {
        return run.holder(ElectionEngine.MASTER);
    }

    /**
     * Who belongs to the cluster, and who of them is there, as this node knows it. Safe from any thread; a snapshot, which
     * costs nothing.
     *
     * @throws IllegalStateException if nothing knows the members, or the node was not started
     */
    public Members members() {
        return run.members();
    }

    /**
     * Makes another node the master, in good order: {@code onSlave} of this node has returned before {@code onMaster} of the
     * other runs. Called on the master.
     *
     * @param to a node id; empty for whoever suits best
     * @return completes when another node is master. With {@link NotAvailableException} if it is not handed over: either this
     *     node is not the master, or is stopping, or the other cannot be, and then nothing has changed; or it was given up, so
     *     that {@code onSlave} has run, nobody else took it, and this node is master again, by a new grant with a higher token,
     *     as the message then says. With {@link OutcomeUnknownException} if it takes longer than {@code stopWithin} and ten
     *     seconds, or this node stops meanwhile
     * @throws IllegalStateException if nothing elects, the node was not started, or it never stands for master
     */
    public CompletableFuture<RoleHolder> transferMastership(String to) {
        return run.transferMastership(to);
    }

    /**
     * Why it is not ready, for people: each feature's reason, and what it waits for. Empty if it is ready.
     */
    public String whyNotReady() {
        return run.whyNotReady();
    }

    /**
     * Says to everybody that this node is to get no new requests, or that it is again: for maintenance, or before {@link #stop()}.
     * Balancers of the cluster's members and clients send it nothing new as soon as gossip has told them, members after some tens of
     * milliseconds, clients after half a second at most; sessions that are bound to it stay for a while, and calls on their way end as they would. It is not ready as
     * long as it drains, so {@code /ready} says no, too; mastership, votes and roles are untouched. A node that is started anew
     * does not drain. Idempotent; safe from any thread.
     *
     * @throws IllegalStateException if the node is not running
     */
    public void drain(boolean is) {
        run.drain(is);
    }

    /** True if it {@linkplain #drain drains}. */
    public boolean isDraining() {
        return run.isDraining();
    }

    /**
     * Stops the node: the features in reverse order, within 10 seconds together, then its connections and threads.
     * Roles come first: each is given up when its callbacks have ended, or its {@code stopWithin} is over. Returns when all is
     * done, also if interrupted, and at the latest after 31 seconds and the longest {@code stopWithin}; called by a callback, by the loop or by several
     * threads at once it does no harm, but in a callback or on the loop, which the stop has to wait for, and in a
     * runtime whose loop is the caller's own thread, it returns when the stop has begun. Never throws. Idempotent.
     */
    public void stop() {
        run.stop();
    }

    /** The same as {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }

    /**
     * Leaves the cluster for good, and stops: gives up mastership in good order, and then the vote, so that the others need a
     * majority of fewer, and then does what {@link #stop()} does, which keeps the vote. Returns when that is done. A node that is
     * started again with its old directory comes back without a vote.
     *
     * @throws ChangeRefusedException if the cluster cannot spare the node, with the reason; it goes on then
     * @throws NotAvailableException if no master was there to decide it within a minute: nothing has changed; or if the wait was
     *     interrupted, or the node stopped meanwhile, and it may still leave
     * @throws OutcomeUnknownException if the vote may be given up and nobody said so within a minute; the node goes on, and it
     *     may be called again
     * @throws IllegalStateException if the node is not running, or this is called by its own loop or in a callback
     */
    public void leave() {
        run.leave();
    }

    /** Begins to {@link #leave()}; the future completes as that returns or throws, or when the node is stopping. */
    public CompletableFuture<Void> leaveAsync() {
        return run.leaveAsync();
    }

    /** Begins to {@link #stop()} and returns a future that completes, normally, when it is done. Idempotent. */
    public CompletableFuture<Void> stopAsync() {
        return run.stopAsync();
    }

    /** Why the node stopped by itself or did not start; empty if it did not fail. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(run.failure());
    }

    /** The cluster's name. */
    public String name() {
        return run.plan().name();
    }

    /** This node; once it has started, with the port that the system chose in place of port 0. */
    public Node node() {
        return run.node();
    }

    /**
     * The running part of the feature that implements {@code type}: how the structures of a feature find it.
     *
     * @throws IllegalStateException if no feature does, or more than one, or the node was not started; with what to
     *     write instead
     */
    public <T> T feature(Class<T> type) {
        return run.feature(type);
    }

    @Override
    public String toString() {
        return run.plan().toString();
    }

    /** The configuration of one node. Not safe for use by several threads at once. */
    public static final class Builder {
        private final String name;
        private final boolean standalone;
        private final @Nullable Configured configured;
        private final List<HaFeature> features = new ArrayList<>();
        private final List<FeatureChange<?>> changes = new ArrayList<>();
        private @Nullable Node node;
        private @Nullable Tls tls;
        private @Nullable NodeRuntime runtime;
        private @Nullable Executor executor;
        private @Nullable MeterRegistry meters;
        private final Map<String, HealthCheck> healthChecks = new LinkedHashMap<>();
        private @Nullable Consumer<Grant> onMaster;
        private @Nullable Consumer<String> onSlave;
        private @Nullable Duration stopWithin;
        private @Nullable Integer masterPriority;
        private boolean haltOnOverrun;
        private @Nullable Boolean stopOnShutdown;
        private @Nullable Consumer<HaEvent> listener;
        private @Nullable Consumer<MemberEvent> memberListener;
        private @Nullable Integer maxInboundConnections;
        private @Nullable Address http;
        private @Nullable Boolean httpStatus;
        private boolean built;

        private Builder(String name, boolean standalone, @Nullable Configured configured) {
            this.name = name;
            this.standalone = standalone;
            this.configured = configured;
        }

        /** Which node this process is. Required, save for {@link HaCluster#singleNode()}. */
        public Builder node(Node self) {
            this.node = self;
            return this;
        }

        /** Adds a feature. They start in the order in which they are added, and stop in reverse. */
        public Builder with(HaFeature feature) {
            features.add(feature);
            return this;
        }

        /**
         * Changes a feature that a {@link Configuration} has made, when the cluster is built: adds what only code can give.
         *
         * <pre>{@code
         * .with(LogReplication.class, log -> log.stateMachine(new Bank()))
         * }</pre>
         */
        public <F extends HaFeature> Builder with(Class<F> type, UnaryOperator<F> change) {
            changes.add(new FeatureChange<>(type, change));
            return this;
        }

        /**
         * Encrypts every connection and asks for a certificate at both ends; all nodes, clients and operators of a cluster
         * use it, or none. By default connections are in plain and the network is trusted: whoever reaches the port may read,
         * write and operate. The files are read by {@link #build()}. Not together with {@link #runtime}, which brings its own
         * connections.
         */
        public Builder tls(Tls certificates) {
            this.tls = certificates;
            return this;
        }

        /**
         * What the node runs on instead of real threads, sockets and files; the simulator, for example. The cluster owns
         * it from {@link #build()} on, and closes it when it stops.
         */
        public Builder runtime(NodeRuntime nodeRuntime) {
            this.runtime = nodeRuntime;
            return this;
        }

        /**
         * Where callbacks run and futures complete; by default one thread of the node's own, one after the other. What
         * the executor refuses runs on that thread.
         */
        public Builder executor(Executor callbacks) {
            this.executor = callbacks;
            return this;
        }

        /**
         * What to do when this node has become the cluster's master: start what only one node may do. Called once for each
         * grant, on the {@link #executor}, or on a thread of its own; interrupted if the grant ends before it returns. If it
         * throws, mastership goes to another node. Needs something that elects, such as {@code LogReplication}.
         */
        public Builder onMaster(Consumer<Grant> callback) {
            this.onMaster = callback;
            return this;
        }

        /**
         * What to do when this node is master no longer: stop what {@link #onMaster} started. Called once after each {@code
         * onMaster}, when that has returned, with the reason for people. Where mastership is handed over in good order, the
         * next master's {@code onMaster} runs after this has returned.
         */
        public Builder onSlave(Consumer<String> callback) {
            this.onSlave = callback;
            return this;
        }

        /**
         * How long {@code onMaster} and {@code onSlave} together may go on after mastership has ended, 0 to 10 min; 5 s by
         * default. The next master of a cluster whose master died waits for as long as that one was set to, a quarter more, and
         * for what may be left of its lease, before its {@code onMaster} runs; it takes writes at once. The same on all nodes, save
         * while a change is rolled out: meanwhile each master is waited for by its own setting.
         */
        public Builder stopWithin(Duration limit) {
            this.stopWithin = limit;
            return this;
        }

        /** Among nodes that are equally healthy and caught up the one with the highest is the master, -100 to 100; 0 by default. */
        public Builder masterPriority(int priority) {
            this.masterPriority = priority;
            return this;
        }

        /**
         * End the process, with status 71 and at once, if {@code onMaster} and {@code onSlave} overrun {@link #stopWithin}; by
         * default that is logged and counted.
         */
        public Builder haltOnOverrun() {
            this.haltOnOverrun = true;
            return this;
        }

        /**
         * Whether the node stops in good order, as by {@link HaCluster#stop()}, when the process is told to end: by SIGTERM, by
         * Ctrl-C, by {@code System.exit} or because its last thread that is no daemon has ended. True by default, or each
         * restart of a process that is ended so would be a death to the others: they would wait for its leases and {@link
         * #stopWithin}. The JVM ends when the node has stopped, or when 31 seconds and the longest {@code stopWithin} of this
         * node are over.
         *
         * <p>False where something else stops the node and the order matters, such as a container that first ends the
         * application's web server: the JVM runs all its shutdown hooks at once. Without effect in a runtime whose loop is the
         * caller's own thread. A callback that calls {@code System.exit} is itself waited for, for as long as it may take.
         */
        public Builder stopOnShutdown(boolean stops) {
            this.stopOnShutdown = stops;
            return this;
        }

        /**
         * How many connections of other nodes, clients and operators may be open at once, 16 to 1,000,000; 1,024 by default.
         * Those above are closed unread, told in the log and counted by {@code holdfast.connections.refused} with {@code too_many}.
         * Each takes a file descriptor, of which the process needs some more. Not together with {@link #runtime}, which brings
         * its own connections.
         */
        public Builder maxInboundConnections(int most) {
            this.maxInboundConnections = most;
            return this;
        }

        /**
         * Serves probes and hooks over HTTP, on a port and by a thread of their own: {@code /live}, {@code /ready}, {@code
         * /status} and {@code /safe-to-stop}, each with 200 or 503 and a JSON object. Plain HTTP, and nobody is asked who he
         * is: bind an address that only those reach who may know what these four say, which are node ids, addresses, health and
         * the log's indexes. By default nothing is served.
         *
         * @param address where to listen, {@code host:port}, another port or host than the node's
         */
        public Builder http(String address) {
            this.http = Address.parse(address);
            return this;
        }

        /** False to serve no {@code /status}, and to answer the others by yes or no without reasons; true by default. */
        public Builder httpStatus(boolean served) {
            this.httpStatus = served;
            return this;
        }

        /**
         * Who is told of events: for an alert or an audit trail, and not for what must be done. Called where callbacks run, one
         * event after the other. At most 1,024 wait; of more the oldest are dropped, and counted.
         */
        public Builder listener(Consumer<HaEvent> events) {
            this.listener = events;
            return this;
        }

        /**
         * Who is told what happens to members: joined, suspected, died, came back and so on. Called where callbacks run, one
         * event after the other, in the order in which this node saw them; {@link HaCluster#members()} may be further
         * already. At most 1,024 wait; of more the oldest are dropped, and counted. Needs something that knows members, such
         * as {@code GossipMembership}.
         */
        public Builder memberListener(Consumer<MemberEvent> events) {
            this.memberListener = events;
            return this;
        }

        /** Where meters go; by default nowhere. */
        public Builder meterRegistry(MeterRegistry registry) {
            this.meters = registry;
            return this;
        }

        /** The same as {@link #healthCheck(String, HealthCheck)} with defaults: asked every 5 s, for at most 2 s. */
        public Builder healthCheck(String checkName, Callable<Boolean> isUp) {
            return healthCheck(checkName, HealthCheck.of(isUp));
        }

        /**
         * Something that this node's health depends on, looked at again and again; see {@link HaCluster#health()}.
         *
         * @param checkName letters, digits, dots, underscores and dashes, 1 to 64
         */
        public Builder healthCheck(String checkName, HealthCheck check) {
            if (!checkName.matches("[A-Za-z0-9._-]{1,64}")) {
                throw new IllegalArgumentException("health check \"" + checkName
                        + "\": use 1 to 64 letters, digits, dots, underscores and dashes, for example \"db\"");
            }
            if (healthChecks.put(checkName, check) != null) {
                throw new IllegalArgumentException("there are two health checks " + checkName);
            }
            return this;
        }

        /**
         * Checks everything and returns the cluster, not yet started.
         *
         * @throws IllegalArgumentException with what to write instead
         * @throws IllegalStateException if this builder has built before
         */
        public HaCluster build() {
            if (built) {
                throw new IllegalStateException(
                        "this builder has built cluster " + name + " already; use a new builder for each node");
            }
            Problems problems = new Problems();
            Configured given = configured;
            if (given != null) {
                given.problems(byCode()).forEach(problems::add);
            }
            boolean refused = !problems.isEmpty();
            List<HaFeature> all = FeatureChange.apply(changes, allFeatures(), refused, problems);
            Node self = node == null && given != null ? given.node() : node;
            if (self == null && (given == null || !given.isNodeRefused())) {
                problems.add("cluster " + name + " does not say which node this is; write "
                        + (given == null
                                ? ".node(Node.of(\"node-1\").bind(\"0.0.0.0:7400\").advertise(\"10.0.0.1:7400\"))"
                                : "holdfast.node.id=node-1, holdfast.node.bind=0.0.0.0:7400 and"
                                        + " holdfast.node.advertise=10.0.0.1:7400"));
            }
            ClusterPlan plan = self == null ? null : plan(self, all, refused, problems);
            problems.throwIfAny(given == null ? "cluster " + name : "the configuration of cluster " + name);
            if (plan == null) {
                throw new IllegalStateException("no plan, and nobody says why");
            }
            built = true;
            return new HaCluster(new ClusterRun(plan));
        }

        /** What is configured and not given by code, and then what is. */
        private List<HaFeature> allFeatures() {
            Configured given = configured;
            if (given == null) {
                return List.copyOf(features);
            }
            Map<String, HaFeature> configuredOnly = new LinkedHashMap<>(given.features());
            features.forEach(feature -> configuredOnly.remove(feature.name()));
            List<HaFeature> all = new ArrayList<>(configuredOnly.values());
            all.addAll(features);
            return all;
        }

        /** What code has said, of what could be configured. */
        private ByCode byCode() {
            ByCode said = new ByCode()
                    .whole(ClusterOptions.NODE, node)
                    .whole(ClusterOptions.TLS, tls)
                    .one(ClusterOptions.CLUSTER, ClusterOptions.STOP_WITHIN, stopWithin)
                    .one(ClusterOptions.CLUSTER, ClusterOptions.MASTER_PRIORITY, masterPriority)
                    .one(ClusterOptions.CLUSTER, ClusterOptions.HALT_ON_OVERRUN, haltOnOverrun ? Boolean.TRUE : null)
                    .one(ClusterOptions.CLUSTER, ClusterOptions.MAX_INBOUND_CONNECTIONS, maxInboundConnections)
                    .one(ClusterOptions.CLUSTER, ClusterOptions.STOP_ON_SHUTDOWN, stopOnShutdown)
                    .one(ClusterOptions.CLUSTER, ClusterOptions.HTTP, http)
                    .one(ClusterOptions.CLUSTER, ClusterOptions.HTTP_STATUS, httpStatus);
            features.forEach(feature -> said.whole(feature.name()));
            return said;
        }

        /** @param refused true if something is wrong already, and what only follows from it need not be told */
        private @Nullable ClusterPlan plan(Node self, List<HaFeature> all, boolean refused, Problems problems) {
            problems.check(() -> checkNode(self));
            Set<String> names = new LinkedHashSet<>();
            for (HaFeature feature : all) {
                if (!names.add(feature.name())) {
                    problems.add("cluster " + name + " has the feature " + feature.name()
                            + " twice; leave one .with(...) out");
                }
            }
            boolean encrypted = tls != null || (configured != null && configured.tls() != null);
            for (HaFeature feature : all) {
                problems.check(() -> feature.validate(new HaFeature.Settings(name, self, standalone, encrypted)));
            }
            healthChecks.forEach((checkName, check) -> problems.check(() -> check.validate(checkName)));
            problems.check(() -> checkMembership(all));
            if (!refused) {
                problems.check(() -> checkElection(self, all));
            }
            CallbackDuty mastership = refused ? null : problems.get(() -> mastership(self, all));
            TlsPlan tlsPlan = problems.get(() -> tlsPlan(self));
            Integer most = problems.get(this::mostInboundConnections);
            Configured given = configured;
            return new ClusterPlan(
                    name,
                    self,
                    standalone,
                    List.copyOf(all),
                    Map.copyOf(healthChecks),
                    mastership,
                    tlsPlan,
                    most == null ? ClusterOptions.MAX_INBOUND_CONNECTIONS.orDefault() : most,
                    problems.get(() -> httpPlan(self)),
                    listener,
                    memberListener,
                    runtime,
                    executor,
                    meters,
                    effective(stopOnShutdown, ClusterOptions.STOP_ON_SHUTDOWN),
                    given == null ? List.of() : given.origins(byCode()));
        }

        /** What code says, else what is configured, else the default. */
        private <T> T effective(@Nullable T byCode, Option<T> option) {
            Configured given = configured;
            if (byCode != null) {
                return option.check(byCode);
            }
            return given == null ? option.orDefault() : given.given(option).orElseGet(option::orDefault);
        }

        private void checkMembership(List<HaFeature> all) {
            List<String> memberships = all.stream()
                    .filter(HaFeature::isMembership)
                    .map(HaFeature::name)
                    .toList();
            if (memberships.size() > 1) {
                throw new IllegalArgumentException(
                        "cluster " + name + " has " + memberships.size() + " features that know its members: "
                                + memberships + "; they would contradict each other. Leave all but one out");
            }
            if (memberships.isEmpty() && memberListener != null) {
                throw new IllegalArgumentException(
                        "cluster " + name + " has a listener for its members, and nothing knows"
                                + " them; add .with(GossipMembership.seeds(...)), or leave .memberListener(...) out");
            }
        }

        private void checkElection(Node self, List<HaFeature> all) {
            List<String> needing = all.stream()
                    .filter(HaFeature::needsElectionEngine)
                    .map(HaFeature::name)
                    .toList();
            if (!needing.isEmpty() && all.stream().noneMatch(HaFeature::isElectionEngine)) {
                throw new IllegalArgumentException(
                        "cluster " + name + " has " + needing + ", of which one node at a time does"
                                + " the work, and "
                                + (self.isClient()
                                        ? self.id() + " is a client, which has no roles"
                                        : "nothing elects that node")
                                + "; add .with(LogReplication.inDirectory(...)) or another election engine, or leave it out");
            }
        }

        private @Nullable CallbackDuty mastership(Node self, List<HaFeature> all) {
            List<String> engines = all.stream()
                    .filter(HaFeature::isElectionEngine)
                    .map(HaFeature::name)
                    .toList();
            if (engines.size() > 1) {
                throw new IllegalArgumentException(
                        "cluster " + name + " has " + engines.size() + " features that elect: " + engines
                                + "; two could each elect a master. Leave all but one out");
            }
            Duration limit = effective(stopWithin, ClusterOptions.STOP_WITHIN);
            int priority = effective(masterPriority, ClusterOptions.MASTER_PRIORITY);
            boolean halts = effective(haltOnOverrun ? Boolean.TRUE : null, ClusterOptions.HALT_ON_OVERRUN);
            boolean unused = onMaster == null && onSlave == null && priority == 0;
            if (unused && engines.isEmpty()) {
                return null;
            }
            if (engines.isEmpty()) {
                throw new IllegalArgumentException("cluster " + name + " has callbacks for its master, and "
                        + (self.isClient() ? self.id() + " is a client, which is never master" : "nothing elects one")
                        + "; add .with(LogReplication.inDirectory(...)) or another election engine");
            }
            if (onMaster == null && onSlave != null) {
                throw new IllegalArgumentException(
                        "onSlave without onMaster is never called; add .onMaster(grant -> ...)");
            }
            return new CallbackDuty(onMaster, onSlave, onMaster == null ? 0 : limit.toNanos(), priority, halts);
        }

        private @Nullable TlsPlan tlsPlan(Node self) {
            Configured given = configured;
            Tls wanted = tls == null && given != null ? given.tls() : tls;
            if (wanted == null) {
                return null;
            }
            if (runtime != null) {
                throw new IllegalArgumentException(
                        "cluster " + name + " has both .tls(...) and .runtime(...); a runtime of"
                                + " your own brings its own connections, which .tls(...) does not reach: leave one out");
            }
            return TlsPlan.read(wanted, self, name);
        }

        private int mostInboundConnections() {
            Configured given = configured;
            Option<Integer> option = ClusterOptions.MAX_INBOUND_CONNECTIONS;
            boolean said = maxInboundConnections != null
                    || (given != null && given.given(option).isPresent());
            if (said && runtime != null) {
                throw new IllegalArgumentException(
                        "cluster " + name + " has both maxInboundConnections and .runtime(...);"
                                + " a runtime of your own brings its own connections, which that does not reach: leave one out");
            }
            return effective(maxInboundConnections, option);
        }

        private @Nullable HttpPlan httpPlan(Node self) {
            Configured given = configured;
            Address at = http == null && given != null
                    ? given.given(ClusterOptions.HTTP).orElse(null)
                    : http;
            if (at == null) {
                if (given != null && given.given(ClusterOptions.HTTP_STATUS).isPresent()) {
                    throw new IllegalArgumentException("holdfast.cluster.httpStatus says what is served over HTTP, and"
                            + " nothing is; add holdfast.cluster.http=127.0.0.1:7480, or leave it out");
                }
                return null;
            }
            if (at.collidesWith(self.bindAddress()) && !self.isClient()) {
                String other = at.host() + ":" + (at.port() + 80);
                throw new IllegalArgumentException(
                        "node " + self.id() + " cannot serve HTTP at its own port " + at.port() + " of "
                                + self.bindAddress().host() + "; give it another one, for example "
                                + (http == null ? "holdfast.cluster.http=" + other : ".http(\"" + other + "\")"));
            }
            return new HttpPlan(at, effective(httpStatus, ClusterOptions.HTTP_STATUS));
        }

        private void checkNode(Node self) {
            if (standalone && self.isClient()) {
                throw new IllegalArgumentException("HaCluster.singleNode() is a cluster of one member, and " + self.id()
                        + " is a client; write .node(Node.of(\"" + self.id() + "\")), or HaCluster.builder(name) to use"
                        + " a cluster that runs elsewhere");
            }
            if (self.advertisedAddress().isAnyHost() && !standalone) {
                throw new IllegalArgumentException("node " + self.id() + " advertises " + self.advertisedAddress()
                        + ", which no other node can dial; add "
                        + (node == null ? "holdfast.node.advertise=10.0.0.1:" : ".advertise(\"10.0.0.1:")
                        + self.advertisedAddress().port() + (node == null ? "" : "\")")
                        + " with the address by which others reach it");
            }
        }

        /** The same as {@link #build()} and then {@link HaCluster#start()}. */
        public HaCluster start() {
            HaCluster cluster = build();
            cluster.start();
            return cluster;
        }
    }
}
