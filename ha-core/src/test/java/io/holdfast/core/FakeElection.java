package io.holdfast.core;

import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Elects without a network: this node is granted whatever it stands for, and what comes of a release is the test's. */
final class FakeElection implements HaFeature {
    /** What the engine was told, in order. */
    final List<String> events = new CopyOnWriteArrayList<>();
    /** How long grants last; they are not renewed. */
    volatile Duration lease = Duration.ofHours(1);
    /** Who takes a role that this node releases; empty for nobody. */
    volatile String successor = "";
    /** True if nothing comes of a release, as when a store cannot be reached: whoever held it is still said to. */
    volatile boolean deaf;

    private final AtomicLong tokens = new AtomicLong();
    private final Map<String, Standing> standings = new ConcurrentHashMap<>();
    private final Map<String, RoleHolder> holders = new ConcurrentHashMap<>();
    private volatile @Nullable FeatureContext context;

    @Override
    public String name() {
        return "fake-election";
    }

    @Override
    public void validate(Settings settings) {}

    @Override
    public boolean isElectionEngine() {
        return true;
    }

    @Override
    public RunningFeature create(FeatureContext given) {
        context = given;
        return new Part();
    }

    FeatureContext context() {
        FeatureContext running = context;
        if (running == null) {
            throw new IllegalStateException("it was not created");
        }
        return running;
    }

    /** Ends this node's grant of a role; nobody holds it then. Any thread. */
    void revoke(String role, String reason) {
        context().runtime().loop().run(() -> {
            Standing standing = standings.get(role);
            if (standing == null) {
                throw new IllegalStateException("nobody stands for " + role);
            }
            holders.remove(role);
            standing.listener.revoked(reason);
        });
    }

    /** Another node takes a role. Any thread. */
    void taken(String role, String by) {
        holders.put(role, new RoleHolder(by, nextToken()));
    }

    private FencingToken nextToken() {
        return FencingToken.of(0, tokens.incrementAndGet());
    }

    private final class Standing implements ElectionEngine.Candidacy {
        private final String role;
        private final ElectionEngine.Listener listener;

        Standing(String role, ElectionEngine.Listener listener) {
            this.role = role;
            this.listener = listener;
        }

        void grant() {
            FencingToken token = nextToken();
            holders.put(role, new RoleHolder(context().node().id(), token));
            listener.granted(token, context().runtime().clock().nanoTime() + lease.toNanos());
        }

        @Override
        public void release(String to, long pauseNanos) {
            events.add("release " + role + " to '" + to + "'");
            String next = successor;
            if (deaf) {
                return;
            }
            if (next.isEmpty()) {
                holders.remove(role);
            } else if (next.equals(context().node().id())) {
                grant();
            } else {
                holders.put(role, new RoleHolder(next, nextToken()));
            }
        }

        @Override
        public void withdraw() {
            events.add("withdraw " + role);
            standings.remove(role);
        }

        @Override
        public String whyNot(String to) {
            return to.equals("nobody") ? "nobody is no node" : "";
        }
    }

    private final class Part implements RunningFeature, ElectionEngine {
        @Override
        public void open() {}

        @Override
        public void start() {
            context().ready(true, "");
        }

        @Override
        public void stop(Runnable stopped) {
            stopped.run();
        }

        @Override
        public void close() {}

        @Override
        public Candidacy campaign(Campaign campaign, Listener listener) {
            Standing standing = new Standing(campaign.role(), listener);
            standings.put(campaign.role(), standing);
            context().runtime().loop().execute(standing::grant);
            return standing;
        }

        @Override
        public Optional<RoleHolder> holder(String role) {
            return Optional.ofNullable(holders.get(role));
        }

        @Override
        public Guarantees guarantees(String role) {
            return new Guarantees(lease, Duration.ZERO, "there is one node");
        }
    }
}
