package io.holdfast.verification.process;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/** Three or more nodes in JVMs of their own on loopback. For one thread. */
final class ProcessCluster implements AutoCloseable {
    private static final Duration LIMIT = Waiting.PATIENCE;

    private final Path directory;
    private final String profile;
    private final String storage;
    private final NodeTuning tuning;
    private final List<String> nodes = new ArrayList<>();
    private final Map<String, NodeRelease> releases = new LinkedHashMap<>();
    private final Map<String, NodeProcess> running = new LinkedHashMap<>();

    ProcessCluster(Path directory, int size, String profile, String storage) throws IOException {
        this(directory, size, profile, storage, NodeTuning.usual());
    }

    ProcessCluster(Path directory, int size, String profile, String storage, NodeTuning tuning) throws IOException {
        this.directory = directory;
        this.profile = profile;
        this.storage = storage;
        this.tuning = tuning;
        for (String address : Loopback.freeTexts(size)) {
            nodes.add("node-" + (nodes.size() + 1) + "@" + address);
        }
    }

    /** What that node runs from its next start on. */
    void install(String id, NodeRelease release) {
        releases.put(id, release);
    }

    /** Starts whoever does not run. */
    void startAll() throws IOException {
        List<NodeProcess> started = new ArrayList<>();
        for (String node : nodes) {
            String id = node.substring(0, node.indexOf('@'));
            NodeProcess process = running.get(id);
            if (process == null || !process.isAlive()) {
                process = launch(id);
                started.add(process);
            }
        }
        for (NodeProcess process : started) {
            process.awaitStarted();
        }
    }

    /** A client of the cluster in this process, whose calls wait for half a minute. */
    HaCluster client(String id) {
        return client(id, Duration.ofSeconds(30));
    }

    /** A client of the cluster in this process. */
    HaCluster client(String id, Duration timeout) {
        String[] addresses = nodes.stream()
                .map(node -> node.substring(node.indexOf('@') + 1))
                .toArray(String[]::new);
        return HaCluster.builder("verification")
                .node(Node.client(id))
                .with(LogReplication.client(addresses).timeout(timeout))
                .start();
    }

    List<NodeProcess> processes() {
        return List.copyOf(running.values());
    }

    List<String> addresses() {
        return nodes.stream().map(node -> node.substring(node.indexOf('@') + 1)).toList();
    }

    List<String> ids() {
        return nodes.stream().map(node -> node.substring(0, node.indexOf('@'))).toList();
    }

    /** The present process of that node, or its last one. */
    NodeProcess process(String id) {
        return Objects.requireNonNull(running.get(id), id);
    }

    /** Where its processes write what they log. */
    Path logFile(String id) {
        return directory.resolve(id + ".log");
    }

    /** Starts that node, and waits for nothing. */
    NodeProcess launch(String id) throws IOException {
        NodeRelease release = releases.getOrDefault(id, NodeRelease.present());
        NodeProcess process = new NodeProcess(id, directory, logFile(id), profile, storage, tuning, release, nodes);
        running.put(id, process);
        return process;
    }

    /** The master, waited for. */
    NodeProcess master() throws IOException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < end) {
            NodeProcess best = null;
            long term = -1;
            for (NodeProcess process : running.values()) {
                if (process.isAlive()) {
                    NodeProcess.Status status = process.status();
                    if (status.isMaster() && status.term() > term) {
                        best = process;
                        term = status.term();
                    }
                }
            }
            if (best != null) {
                return best;
            }
            LockSupport.parkNanos(5_000_000L); // between two looks at the condition
        }
        throw new IOException("no master within " + LIMIT + "; see the logs in " + directory);
    }

    /** Waits until every node is ready. */
    void awaitReady() throws IOException {
        long end = System.nanoTime() + LIMIT.toNanos();
        for (NodeProcess process : running.values()) {
            while (!process.status().state().equals("ready")) {
                if (System.nanoTime() > end) {
                    throw new IOException(process.id() + " is not ready within " + LIMIT + ": " + process.status()
                            + "; see the logs in " + directory);
                }
                LockSupport.parkNanos(5_000_000L); // between two looks at the condition
            }
        }
    }

    @Override
    public void close() {
        running.values().forEach(NodeProcess::close);
    }
}
