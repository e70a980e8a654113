package io.holdfast.verification.process;

import io.holdfast.core.Configuration;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.RoleCandidacy;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.replication.LogReplication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One node whose callback never returns, and which ends by itself only if it is halted. Arguments: {@code role} and a directory,
 * or {@code stalled} and a directory, where the node's loop stands still, or {@code master} and a file of settings. It ends when its standard input does, so that it outlives nobody.
 */
final class OverrunProgram {
    private static final CountDownLatch BEGUN = new CountDownLatch(1);

    private OverrunProgram() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args[0].equals("role")) {
            role(Path.of(args[1]));
        } else if (args[0].equals("stalled")) {
            stalled(Path.of(args[1]));
        } else {
            master(Path.of(args[1]));
        }
        while (System.in.read() >= 0) {
            // until whoever started this ends
        }
        Runtime.getRuntime().halt(1);
    }

    private static void role(Path directory) throws InterruptedException {
        HaCluster cluster = HaCluster.singleNode()
                .node(Node.of("node-1").bind("127.0.0.1:0"))
                .with(LogReplication.inDirectory(directory).fast())
                .start();
        cluster.awaitReady(Waiting.PATIENCE);
        RoleCandidacy candidacy = cluster.role("invoices")
                .stopWithin(Duration.ofMillis(100))
                .haltOnOverrun()
                .run(grant -> hang());
        BEGUN.await();
        candidacy.close();
    }

    private static void stalled(Path directory) {
        LoopFeature feature = new LoopFeature();
        HaCluster cluster = HaCluster.singleNode()
                .node(Node.of("node-1").bind("127.0.0.1:0"))
                .with(LogReplication.inDirectory(directory).fast().roleLease(Duration.ofMillis(500)))
                .with(feature)
                .start();
        cluster.awaitReady(Waiting.PATIENCE);
        cluster.role("invoices")
                .stopWithin(Duration.ofMillis(100))
                .haltOnOverrun()
                .run(grant -> {
                    feature.loop().execute(OverrunProgram::hang);
                    hang();
                });
    }

    /** Lends the node's loop. */
    private static final class LoopFeature implements HaFeature {
        private volatile @Nullable EventLoop loop;

        EventLoop loop() {
            return Objects.requireNonNull(loop);
        }

        @Override
        public String name() {
            return "loop";
        }

        @Override
        public void validate(Settings settings) {}

        @Override
        public RunningFeature create(FeatureContext context) {
            loop = context.runtime().loop();
            return new RunningFeature() {
                @Override
                public void open() {}

                @Override
                public void start() {
                    context.ready(true, "");
                }

                @Override
                public void stop(Runnable stopped) {
                    stopped.run();
                }

                @Override
                public void close() {}
            };
        }
    }

    private static void master(Path settings) throws InterruptedException {
        HaCluster cluster = HaCluster.builder(Configuration.load(settings))
                .onMaster(grant -> hang())
                .start();
        BEGUN.await();
        cluster.stop();
    }

    /** Interruption does not help. */
    private static void hang() {
        BEGUN.countDown();
        while (true) {
            LockSupport.park();
            Thread.interrupted();
        }
    }
}
