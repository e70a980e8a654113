package io.holdfast.backup.remote;

import io.holdfast.core.Address;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A real node on the loopback interface, which lends out what its features get. */
final class TestNode implements AutoCloseable {
    private final AtomicReference<FeatureContext> context = new AtomicReference<>();
    private final HaCluster cluster;

    /** What is done when it opens, when links may be taken and when it stops (both on the loop), and when it closes. */
    TestNode(
            String id,
            String address,
            Consumer<FeatureContext> opening,
            Consumer<FeatureContext> starting,
            Runnable stopping,
            Runnable closing) {
        cluster = HaCluster.builder("shop")
                .node(Node.of(id).bind(address))
                .with(new Lending(opening, starting, stopping, closing))
                .start();
    }

    static TestNode client(String id) {
        return new TestNode(id, "127.0.0.1:0", context -> {}, context -> {}, () -> {}, () -> {});
    }

    FeatureContext context() {
        return context.get();
    }

    Address address() {
        return context.get().node().advertisedAddress();
    }

    @Override
    public void close() {
        cluster.close();
    }

    private final class Lending implements HaFeature, RunningFeature {
        private final Consumer<FeatureContext> opening;
        private final Consumer<FeatureContext> starting;
        private final Runnable stopping;
        private final Runnable closing;

        private Lending(
                Consumer<FeatureContext> opening,
                Consumer<FeatureContext> starting,
                Runnable stopping,
                Runnable closing) {
            this.opening = opening;
            this.starting = starting;
            this.stopping = stopping;
            this.closing = closing;
        }

        @Override
        public String name() {
            return "lending";
        }

        @Override
        public void validate(Settings settings) {}

        @Override
        public RunningFeature create(FeatureContext given) {
            context.set(given);
            return this;
        }

        @Override
        public void open() {
            opening.accept(context.get());
        }

        @Override
        public void start() {
            starting.accept(context.get());
            context.get().ready(true, "");
        }

        @Override
        public void stop(Runnable stopped) {
            stopping.run();
            stopped.run();
        }

        @Override
        public void close() {
            closing.run();
        }
    }
}
