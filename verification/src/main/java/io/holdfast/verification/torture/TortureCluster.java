package io.holdfast.verification.torture;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.replication.LogReplication;
import io.holdfast.verification.process.Loopback;
import io.holdfast.verification.process.Waiting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The nodes of a run, each in a process of its own, and all links between them and to their clients. Safe from any thread. */
final class TortureCluster implements AutoCloseable {
    private static final Duration START_LIMIT = Waiting.PATIENCE;

    private final Path directory;
    private final Setup setup;
    private final InetSocketAddress store;
    private final Consumer<GrantEvent> marks;
    private final Network network = new Network();
    private final Map<String, InetSocketAddress> binds = new LinkedHashMap<>();
    private final Map<String, Map<String, InetSocketAddress>> links = new LinkedHashMap<>();
    private final Map<String, TortureProcess> running = new LinkedHashMap<>(); // guarded by itself
    private final List<String> troubles = new ArrayList<>(); // guarded by itself

    /**
     * @param store where the nodes find the store that checks tokens
     * @param marks is told when a process is killed, stopped and continued
     */
    TortureCluster(Path directory, Setup setup, InetSocketAddress store, Consumer<GrantEvent> marks)
            throws IOException {
        this.directory = directory;
        this.setup = setup;
        this.store = store;
        this.marks = marks;
        for (InetSocketAddress free : Loopback.free(setup.ids().size())) {
            binds.put(setup.ids().get(binds.size()), free);
        }
        for (String id : setup.ids()) {
            links.put(id, connect(id));
        }
    }

    private Map<String, InetSocketAddress> connect(String dialer) throws IOException {
        Map<String, InetSocketAddress> all = new LinkedHashMap<>();
        for (String target : setup.ids()) {
            all.put(target, network.connect(dialer, target, binds.get(target)));
        }
        return all;
    }

    Network network() {
        return network;
    }

    List<String> ids() {
        return setup.ids();
    }

    /** Starts a node that does not run, and waits until it has begun. */
    void start(String id, boolean losesUnforced) throws IOException {
        NodeOptions options = new NodeOptions(
                id,
                directory.resolve(id),
                binds.get(id),
                links.get(id),
                losesUnforced,
                setup.leaseReads(),
                store,
                directory.resolve(id + ".grants.jsonl"),
                setup.ids());
        TortureProcess process = new TortureProcess(options, setup.tuning(), directory.resolve(id + ".log"));
        synchronized (running) {
            running.put(id, process);
        }
        network.down(id, false);
        process.awaitStarted(START_LIMIT);
    }

    /** Starts whoever does not run. */
    void startAll() throws IOException {
        for (String id : ids()) {
            if (!isRunning(id)) {
                start(id, false);
            }
        }
    }

    boolean isRunning(String id) {
        TortureProcess process = process(id);
        return process != null && process.isAlive();
    }

    @Nullable
    TortureProcess process(String id) {
        synchronized (running) {
            return running.get(id);
        }
    }

    /** SIGKILL. No effect on one that does not run. */
    void kill(String id) throws IOException {
        TortureProcess process = process(id);
        if (process != null && process.isAlive()) {
            process.signal("KILL");
            marks.accept(GrantEvent.mark(System.nanoTime(), id, GrantEvent.KILLED));
            network.down(id, true);
        }
    }

    /** SIGSTOP. */
    void stop(String id) throws IOException {
        signal(id, "STOP", GrantEvent.STOPPED);
    }

    /** SIGCONT. */
    void goOn(String id) throws IOException {
        signal(id, "CONT", GrantEvent.CONTINUED);
    }

    private void signal(String id, String signal, String mark) throws IOException {
        TortureProcess process = process(id);
        if (process != null && process.isAlive()) {
            // The mark of a stop is made before it, and that of its end after it: it lasted no longer than they say.
            if (signal.equals("STOP")) {
                marks.accept(GrantEvent.mark(System.nanoTime(), id, mark));
            }
            process.signal(signal);
            if (signal.equals("CONT")) {
                marks.accept(GrantEvent.mark(System.nanoTime(), id, mark));
            }
        }
    }

    /** Tells a node something; no effect if it does not run, or stands still for long. */
    void tell(String id, String command) throws IOException {
        TortureProcess process = process(id);
        if (process != null && process.isAlive()) {
            process.ask(command);
        }
    }

    /** The master with the highest term among those that answer; empty if there is none. */
    Optional<String> master() throws IOException {
        String best = null;
        long term = -1;
        for (String id : ids()) {
            TortureProcess process = process(id);
            Optional<TortureProcess.Status> status = process == null ? Optional.empty() : process.status();
            if (status.isPresent() && status.get().isMaster() && status.get().term() > term) {
                best = id;
                term = status.get().term();
            }
        }
        return Optional.ofNullable(best);
    }

    /** What a node says that it uses; empty if it does not answer. */
    Optional<DirectMemory> directMemory(String id) throws IOException {
        TortureProcess process = process(id);
        return process == null || !process.isAlive()
                ? Optional.empty()
                : process.ask("memory").map(DirectMemory::parse);
    }

    /** Looks for nodes that stopped by themselves, though nothing was done to them that they must not survive. */
    void inspect() throws IOException {
        for (String id : ids()) {
            TortureProcess process = process(id);
            if (process == null) {
                continue;
            }
            if (process.diedByItself()) {
                trouble("the process of " + id + " ended by itself");
            }
            Optional<TortureProcess.Status> status = process.status();
            if (status.isPresent() && status.get().hasFailed() && !process.mayFail()) {
                trouble(id + " failed: " + process.ask("why").orElse("?"));
            }
        }
    }

    private void trouble(String what) {
        synchronized (troubles) {
            if (!troubles.contains(what)) {
                troubles.add(what);
            }
        }
    }

    List<String> troubles() {
        synchronized (troubles) {
            return List.copyOf(troubles);
        }
    }

    /** A client of the cluster in this process, with links of its own. */
    HaCluster client(String id, Duration timeout) throws IOException {
        return client(id, connect(id), timeout);
    }

    /** A client of the nodes that these links lead to. */
    static HaCluster client(String id, Map<String, InetSocketAddress> links, Duration timeout) {
        String[] addresses =
                links.keySet().stream().map(LinkResolver::advertised).toArray(String[]::new);
        return HaCluster.builder("torture")
                .node(Node.client(id))
                .with(LogReplication.client(addresses).timeout(timeout))
                .runtime(new FaultyRuntime(RealRuntime.create(id, TransportConfig.defaults()), links, false))
                .start();
    }

    @Override
    public void close() {
        synchronized (running) {
            running.values().forEach(TortureProcess::close);
        }
        network.close();
    }

    static void deleteTree(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
