package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.replication.Codec;
import io.holdfast.replication.FencedLock;
import io.holdfast.replication.LockGrant;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Three real nodes of the cluster "shop" in this process, whose disks may be lost. */
final class ThreeNodes implements AutoCloseable {
    static final Duration PATIENCE = Waiting.PATIENCE;
    static final List<String> IDS = List.of("node-1", "node-2", "node-3");

    private final Map<String, HaCluster> running = new TreeMap<>();
    private final String[] bootstrap = new String[IDS.size()];
    private final Path directory;

    /** @param directory holds theirs */
    ThreeNodes(Path directory) throws IOException {
        this.directory = directory;
        List<String> addresses = Loopback.freeTexts(bootstrap.length);
        for (int i = 0; i < bootstrap.length; i++) {
            bootstrap[i] = IDS.get(i) + "@" + addresses.get(i);
        }
    }

    /** Returns once they serve. */
    void startAll() {
        IDS.forEach(id -> running.put(
                id,
                HaCluster.builder("shop")
                        .node(Node.of(id).bind(address(id)))
                        .with(LogReplication.inDirectory(directory.resolve(id))
                                .bootstrap(bootstrap)
                                .segmentBytes(1 << 20))
                        .start()));
        running.values().forEach(node -> node.awaitReady(PATIENCE));
    }

    /** A process that uses them. */
    HaCluster startClient() {
        HaCluster client = HaCluster.builder("shop")
                .node(Node.client("callers"))
                .with(LogReplication.client(IDS.stream().map(this::address).toArray(String[]::new)))
                .start();
        running.put("callers", client);
        client.awaitReady(PATIENCE);
        return client;
    }

    String address(String id) {
        return Stream.of(bootstrap)
                .filter(each -> each.startsWith(id + "@"))
                .findFirst()
                .orElseThrow()
                .substring(id.length() + 1);
    }

    Path directory(String id) {
        return directory.resolve(id);
    }

    HaCluster node(String id) {
        return running.get(id);
    }

    ReplicatedState state(String id) {
        return node(id).feature(ReplicatedState.class);
    }

    ReplicatedMap<String, String> map(String id, String name) {
        return ReplicatedMap.in(node(id), name, Codec.string(), Codec.string());
    }

    String slave() {
        return found("a slave", () -> IDS.stream()
                .filter(id -> ReplicatedLog.in(node(id)).status().role() == ReplicaRole.SLAVE)
                .findFirst());
    }

    /** An election leaves them without one for a moment. */
    private static <T> T found(String what, Supplier<Optional<T>> where) {
        List<T> found = new ArrayList<>();
        try {
            Waiting.forCondition(PATIENCE, () -> where.get().map(found::add).isPresent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertFalse(found.isEmpty(), what + " not within " + PATIENCE);
        return found.get(0);
    }

    FencingToken roleToken(String id) throws Exception {
        CompletableFuture<FencingToken> token = new CompletableFuture<>();
        node(id).role("invoices").run(grant -> token.complete(grant.token()));
        return token.get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    FencingToken lockToken(String id) throws Exception {
        try (LockGrant grant =
                FencedLock.in(node(id), "stock").acquire(PATIENCE).orElseThrow()) {
            return grant.token();
        }
    }

    FencingToken masterToken() {
        return found("a master", () -> node("node-1").master()).token();
    }

    /** Where node-1 is restored to, for all three. */
    Target target() {
        return new Target(directory("node-1"), "shop", "node-1", address("node-1"), Arrays.asList(bootstrap));
    }

    void stopAndLoseAll() throws IOException {
        for (String id : IDS) {
            HaCluster node = running.remove(id);
            if (node != null) {
                node.stop();
            }
        }
        for (String id : IDS) {
            lose(id);
        }
    }

    void lose(String id) throws IOException {
        try (Stream<Path> files = Files.walk(directory(id))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() {
        running.values().forEach(HaCluster::stop);
        running.clear();
    }
}
