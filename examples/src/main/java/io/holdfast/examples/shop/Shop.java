package io.holdfast.examples.shop;

import io.holdfast.autoscale.Autoscaling;
import io.holdfast.autoscale.JvmProcesses;
import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.TargetTracking;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Schedule;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Node;
import io.holdfast.loadbalance.LoadBalancing;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A node of the shop, a process of its own:
 *
 * <pre>{@code
 * java ... io.holdfast.examples.shop.Shop node-1 /tmp/shop 7400 6 50
 * java ... io.holdfast.examples.shop.Shop node-2 /tmp/shop 7400 6 50
 * java ... io.holdfast.examples.shop.Shop node-3 /tmp/shop 7400 6 50
 * }</pre>
 *
 * <p>Three of them are started by hand, and form the cluster. More are started by whichever is master when each has more than its share of
 * requests to serve, up to six here, and stopped when there are fewer.
 */
public final class Shop {
    private Shop() {}

    /** Runs until it is told to end, or has left the cluster because fewer nodes are wanted. */
    public static void main(String[] args) throws IOException, InterruptedException {
        String node = args[0];
        ShopSettings settings = ShopSettings.parse(args[1], args[2], args[3], args[4]);
        CountDownLatch over = new CountDownLatch(1);
        ShopServer server = new ShopServer(node);
        try (HaCluster cluster = build(node, settings, server, over)) {
            cluster.awaitReady(Duration.ofMinutes(1));
            server.open(cluster, settings.httpPort(ShopSettings.number(node)));
            Invoices.writeOn(cluster);
            System.out.println(node + " serves http://127.0.0.1:" + settings.httpPort(ShopSettings.number(node)));
            over.await();
        } finally {
            server.close();
        }
    }

    private static HaCluster build(String node, ShopSettings settings, ShopServer server, CountDownLatch over)
            throws IOException {
        Path near = Files.createDirectories(settings.directory().resolve("backups-near"));
        Path far = Files.createDirectories(settings.directory().resolve("backups-far"));
        int number = ShopSettings.number(node);
        LogReplication log =
                LogReplication.inDirectory(settings.directory().resolve(node)).segmentBytes(4 << 20);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        server.count(registry);

        // docs
        return HaCluster.builder("shop")
                .node(Node.of(node)
                        .bind(settings.address(number))
                        .service("http", "http://127.0.0.1:" + settings.httpPort(number)))
                .with(GossipMembership.seeds(settings.founders()))
                .with(settings.isFounder(number) ? log.bootstrap(settings.bootstrap()) : log.join(settings.founders()))
                .with(LoadBalancing.feature())
                .with(Backups.to(
                                BackupLayer.of("near", BackupRepository.directory(near)),
                                BackupLayer.of("far", BackupRepository.directory(far))
                                        .offSite())
                        .physical(Schedule.daily())
                        .archiveEvery(Duration.ofSeconds(5)))
                .with(Autoscaling.on(processes(settings))
                        .between(3, settings.most())
                        .meter("requests", ShopServer.REQUESTS)
                        .load(Load.IN_FLIGHT, server::inFlight)
                        .policy(TargetTracking.of("requests", settings.perNode()))
                        // the usual ones wait for minutes, which who tries this out does not want to
                        .limits(ScalingLimits.usual()
                                .stabilization(Duration.ZERO, Duration.ofSeconds(3))
                                .coolDown(Duration.ZERO, Duration.ofSeconds(3)))
                        .every(Duration.ofSeconds(1), Duration.ofSeconds(1))
                        .warmUp(Duration.ofSeconds(1))
                        .drain(Duration.ofSeconds(1), Duration.ofSeconds(10)))
                .healthCheck("server", server::isWell)
                .meterRegistry(registry)
                .listener(event -> {
                    if (event.kind() == HaEvent.Kind.STOPPED) {
                        over.countDown();
                    }
                })
                .start();
        // docs
    }

    // docs
    /** More of the same program: the JVM, class path and settings of this one, under another name. */
    static JvmProcesses processes(ShopSettings settings) {
        return JvmProcesses.inDirectory(settings.directory().resolve("processes"))
                .java(Shop.class.getName(), System.getProperty("java.class.path"))
                .jvmOptions(node -> List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
                .arguments(node -> {
                    List<String> arguments = new ArrayList<>(List.of(node));
                    arguments.addAll(settings.arguments());
                    return arguments;
                });
    }
    // docs
}
