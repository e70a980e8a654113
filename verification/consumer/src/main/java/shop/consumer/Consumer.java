package shop.consumer;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.StoredBackups;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleHolder;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.LoadBalancing;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Knows Holdfast by what is published of it alone: three nodes replicate a map, requests are balanced over them, a backup is made and
 * restored. Says what it found, PASS or FAIL, and exits accordingly.
 */
public final class Consumer {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final List<Shop> shops = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private Consumer(Path directory) {
        this.directory = directory;
    }

    /**
     * Runs it.
     *
     * @param args an empty directory, and {@code modules} or {@code classes}: what Holdfast is expected to be here
     */
    public static void main(String[] args) {
        try {
            Consumer consumer = new Consumer(Path.of(args[0]));
            consumer.findsHoldfastAs(args[1]);
            consumer.replicates();
            consumer.balances();
            consumer.backsUpAndRestores();
            System.out.println("PASS");
        } catch (Exception | AssertionError e) {
            e.printStackTrace();
            System.out.println("FAIL: " + e);
            System.exit(1);
        }
    }

    private static void check(boolean holds, String what) {
        System.out.println((holds ? "  " : "  NOT: ") + what);
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        check(condition.getAsBoolean(), what);
    }

    private void findsHoldfastAs(String expected) {
        for (Class<?> one : List.of(
                HaCluster.class, LogReplication.class, GossipMembership.class, LoadBalancing.class, Backups.class)) {
            boolean named = one.getModule().isNamed();
            String from =
                    one.getProtectionDomain().getCodeSource().getLocation().getPath();
            check(
                    named == expected.equals("modules"),
                    one.getSimpleName() + " is of " + one.getModule() + ", from "
                            + from.substring(from.lastIndexOf('/') + 1));
        }
    }

    private static ReplicatedMap<String, String> orders(HaCluster cluster) {
        return ReplicatedMap.in(cluster, "orders", Codec.string(), Codec.string());
    }

    private HaCluster cluster(int number) {
        return shops.get(number - 1).cluster();
    }

    private Path backups() {
        return directory.resolve("backups");
    }

    private void replicates() throws Exception {
        Files.createDirectories(backups());
        List<Integer> ports = Ports.free(3);
        String[] voters = new String[3];
        for (int i = 0; i < 3; i++) {
            voters[i] = "node-" + (i + 1) + "@127.0.0.1:" + ports.get(i);
        }
        for (int i = 0; i < 3; i++) {
            String id = "node-" + (i + 1);
            String bind = "127.0.0.1:" + ports.get(i);
            shops.add(Shop.open(id, service -> HaCluster.builder("shop")
                    .node(Node.of(id).bind(bind).service("http", service))
                    .with(GossipMembership.seeds("127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1)))
                    .with(LogReplication.inDirectory(directory.resolve(id)).bootstrap(voters))
                    .with(LoadBalancing.feature())
                    .with(Backups.to(BackupRepository.directory(backups())).physical(Schedule.daily()))
                    .start()));
        }
        for (Shop shop : shops) {
            shop.cluster().awaitReady(PATIENCE);
        }
        orders(cluster(1)).put("o-17", "three apples");
        check("three apples".equals(orders(cluster(3)).get("o-17")), "node-3 reads what node-1 has put");
    }

    private void balances() throws Exception {
        HaCluster here = cluster(1);
        await(
                "all three offer the service",
                () -> here.members().offering("http").size() == 3);
        await("the master is known", () -> here.master().isPresent());
        LoadBalancer balancer = LoadBalancing.service(here, "http");
        String master = here.master().map(RoleHolder::nodeId).orElseThrow();
        String forMaster = balancer.toMaster().call(to -> ask(to.uri("/"), to.timeout()));
        check(forMaster.equals(master), "a request for the master, " + master + ", is served by " + forMaster);
        String forSlaves = balancer.toSlaves().call(to -> ask(to.uri("/"), to.timeout()));
        check(!forSlaves.equals(master), "one for slaves is served by " + forSlaves);
    }

    private String ask(URI uri, Duration timeout) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(timeout).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private void backsUpAndRestores() throws Exception {
        BackupInfo made = backUp();
        check(made.source().equals("state"), "a backup of " + made.source() + " is made: " + made.id());
        shops.forEach(Shop::close);
        BackupRepository repository = BackupRepository.directory(backups());
        StoredBackups.Verification verified =
                StoredBackups.in(repository, BackupKeys.none()).verify(bytes -> {});
        check(
                verified.damages().isEmpty() && verified.backups() > 0,
                verified.backups() + " backups in " + verified.bytes() + " bytes are read, and undamaged");
        String address = "127.0.0.1:" + Ports.free(1).get(0);
        Path restored = directory.resolve("restored");
        SecureRandom random = new SecureRandom();
        OfflineRestore.Target target = new OfflineRestore.Target(restored, "shop", "node-1", address, List.of());
        StateRestore.from(repository).into(OfflineRestore.into(target, random), random);
        try (HaCluster alone = HaCluster.builder("shop")
                .node(Node.of("node-1").bind(address))
                .with(LogReplication.inDirectory(restored).bootstrap("node-1@" + address))
                .start()) {
            alone.awaitReady(PATIENCE);
            check("three apples".equals(orders(alone).get("o-17")), "what is restored has the order");
        }
    }

    /** By whichever node has the role, once one has. */
    private BackupInfo backUp() throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (Shop shop : shops) {
                try {
                    return shop.cluster()
                            .feature(BackupService.class)
                            .runNow("state")
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof NotAvailableException) || System.nanoTime() > end) {
                        throw e;
                    }
                }
            }
            Thread.sleep(20);
        }
    }
}
