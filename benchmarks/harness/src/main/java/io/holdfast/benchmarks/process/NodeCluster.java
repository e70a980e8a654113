package io.holdfast.benchmarks.process;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Overload;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.locks.LockSupport;

/** The nodes of one system, each in a JVM of its own on loopback; new, and gone without a trace when closed. For one thread. */
public final class NodeCluster implements AutoCloseable {
    private static final double START_SECONDS = 60;
    private static final double DRAIN_SECONDS = 60;
    private static final double RESTART_SECONDS = 600;
    private static final Path MEMORY = Path.of("/dev/shm");

    private SystemUnderTest system;
    private final Path directory;
    private final Path memory;
    private final int basePort;
    private final boolean forced;
    private final Profile profile;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<NodeProcess> clients = new ArrayList<>();

    /** Starts all nodes and waits for a master. */
    public NodeCluster(SystemUnderTest system, boolean forced, Profile profile, Path scratch) throws IOException {
        this.system = system;
        this.forced = forced;
        this.profile = profile;
        this.directory = Children.directory(scratch, system.name() + "-");
        this.memory = Files.isDirectory(MEMORY) ? Children.directory(MEMORY, "benchmark-") : directory;
        this.basePort = Ports.free((system.nodes() + 1) * NodeSettings.PORTS_PER_NODE);
        boolean ready = false;
        try {
            for (int id = 0; id < system.nodes(); id++) {
                nodes.add(process(id, system.subject()));
            }
            for (NodeProcess node : nodes) {
                node.await("started", START_SECONDS);
            }
            master();
            ready = true;
        } finally {
            if (!ready) {
                printLogs();
                close();
            }
        }
    }

    private NodeProcess process(int id, String subject) throws IOException {
        Path own = Files.createDirectories(directory.resolve("node-" + id));
        Path inMemory = Files.createDirectories(memory.resolve("node-" + id));
        return new NodeProcess(
                id < system.nodes() ? system : system.withFlags(List.of()), // a client holds no state
                subject,
                new NodeSettings(id, system.nodes(), basePort, own, inMemory, forced, profile),
                directory.resolve("node-" + id + ".log"));
    }

    /** Starts a process that is a client of the cluster's and no node. */
    public NodeProcess startClient(String subject) throws IOException {
        NodeProcess client = process(system.nodes(), subject);
        clients.add(client);
        client.await("started", START_SECONDS);
        return client;
    }

    /** All of them, by their ids. */
    public List<NodeProcess> nodes() {
        return List.copyOf(nodes);
    }

    /** Kills all nodes and starts them again on what their disks have, with other flags. */
    public void restartAll(List<String> flags) throws IOException {
        system = system.withFlags(flags);
        nodes.forEach(NodeProcess::close);
        for (int id = 0; id < nodes.size(); id++) {
            nodes.set(id, process(id, system.subject()));
        }
        for (NodeProcess node : nodes) {
            node.await("started", RESTART_SECONDS);
        }
    }

    /** Kills a node and starts it again, on what its disk has or on an empty one; returns the new process at once. */
    public NodeProcess restart(NodeProcess node, boolean emptied) throws IOException {
        int id = nodes.indexOf(node);
        node.close();
        if (emptied) {
            Children.remove(directory.resolve("node-" + id));
        }
        NodeProcess again = process(id, system.subject());
        nodes.set(id, again);
        return again;
    }

    /** Waits until a node that was started again can be asked. */
    public void awaitStarted(NodeProcess node) throws IOException {
        node.await("started", RESTART_SECONDS);
    }

    /** The one that says that it is the master, waited for. */
    public NodeProcess master() throws IOException {
        long end = System.nanoTime() + (long) (START_SECONDS * 1e9);
        while (System.nanoTime() < end) {
            List<NodeProcess> masters = new ArrayList<>();
            for (NodeProcess node : nodes) {
                if (node.ask("role").figure("master") == 1) {
                    masters.add(node);
                }
            }
            if (masters.size() == 1) {
                return masters.get(0);
            }
            LockSupport.parkNanos(50_000_000L);
        }
        throw new IOException(system.name() + ": no single master in " + START_SECONDS + " s");
    }

    /** Runs a load on the master, and throws unless the others have applied what the master has. */
    public Cell run(LoadPlan plan) throws IOException {
        return run(plan, master());
    }

    /** As {@link #run(LoadPlan)}, with the client in that process. */
    public Cell run(LoadPlan plan, NodeProcess loader) throws IOException {
        NodeProcess master = master();
        double seconds = plan.warmSeconds() + plan.seconds() + DRAIN_SECONDS;
        double appliedBefore = master.ask("applied").figure("count");
        begin(plan, loader);
        loader.await("measuring", seconds);
        Message before = master.ask("counters");
        Cpu from = Cpu.now(processes());
        LockSupport.parkNanos((long) (plan.seconds() * 1e9) - 20_000_000L); // the two readings take that long
        Cpu to = Cpu.now(processes());
        Message after = master.ask("counters");
        LoadResult result = LoadResult.fromMap(loader.await("result", seconds).figures());
        long risen = Math.round(applied(plan) - appliedBefore);
        if (plan.work().equals("write") && risen < result.count()) {
            throw new IOException(system.name() + ": " + result.count() + " writes were acknowledged and " + risen
                    + " applied, " + plan.label());
        }
        Map<String, Double> counted = new LinkedHashMap<>();
        before.figures().forEach((name, value) -> counted.put(name, after.figure(name) - value));
        return new Cell(result, to.ownShare(from), to.busyShare(from), counted);
    }

    /** Offers so many writes a second to the master, whatever becomes of them. */
    public Overload open(LoadPlan plan, double perSecond) throws IOException {
        NodeProcess master = master();
        master.say("open " + plan.bytes() + " " + plan.window() + " " + plan.warmSeconds() + " " + plan.seconds() + " "
                + perSecond);
        double seconds = plan.warmSeconds() + plan.seconds() + DRAIN_SECONDS;
        return Overload.fromMap(master.await("result", seconds).figures());
    }

    /** What the master says of itself. */
    public Map<String, Double> state() throws IOException {
        return master().ask("state").figures();
    }

    /** As {@link #run(LoadPlan)}, while one of the others runs for {@code share} of the time only. */
    public Cell runWithSlowNode(LoadPlan plan, double share) throws IOException {
        NodeProcess master = master();
        NodeProcess slow = nodes.get(nodes.get(0) == master ? 1 : 0);
        Throttle throttle = new Throttle(slow.pid(), share, plan.warmSeconds() + plan.seconds());
        try {
            return run(plan, master);
        } finally {
            throttle.close();
        }
    }

    /** System calls of the master's per operation under a load, in a run of its own; empty if they cannot be counted. */
    public OptionalDouble systemCalls(LoadPlan plan, NodeProcess loader) throws IOException {
        NodeProcess master = master();
        double seconds = plan.warmSeconds() + plan.seconds() + DRAIN_SECONDS;
        begin(plan, loader);
        loader.await("measuring", seconds);
        OptionalDouble calls = SystemCalls.perSecond(master.pid(), plan.seconds() * 0.8);
        LoadResult result = LoadResult.fromMap(loader.await("result", seconds).figures());
        return calls.isEmpty() ? calls : OptionalDouble.of(calls.getAsDouble() / result.rate());
    }

    private static void begin(LoadPlan plan, NodeProcess loader) throws IOException {
        loader.say("load " + plan.work() + " " + plan.bytes() + " " + plan.window() + " " + plan.warmSeconds() + " "
                + plan.seconds());
    }

    private List<NodeProcess> processes() {
        List<NodeProcess> all = new ArrayList<>(nodes);
        all.addAll(clients);
        return all;
    }

    /** How many writes all nodes have applied, waited for until they agree. */
    private long applied(LoadPlan plan) throws IOException {
        long end = System.nanoTime() + 30_000_000_000L;
        List<Long> applied = applied();
        while (applied.stream().distinct().count() > 1) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        system.name() + ": after " + plan.label() + " the nodes have applied " + applied + " writes");
            }
            LockSupport.parkNanos(50_000_000L);
            applied = applied();
        }
        return applied.get(0);
    }

    private List<Long> applied() throws IOException {
        List<Long> applied = new ArrayList<>();
        for (NodeProcess node : nodes) {
            applied.add(Math.round(node.ask("applied").figure("count")));
        }
        return applied;
    }

    /** The ends of the nodes' logs, to standard error. */
    public void printLogs() {
        for (int id = 0; id < nodes.size(); id++) {
            try {
                List<String> lines = Files.readAllLines(directory.resolve("node-" + id + ".log"));
                lines.subList(Math.max(0, lines.size() - 15), lines.size())
                        .forEach(line -> System.err.println("    " + line));
            } catch (IOException e) {
                System.err.println("    no log: " + e);
            }
        }
    }

    @Override
    public void close() {
        clients.forEach(NodeProcess::close);
        nodes.forEach(NodeProcess::close);
        Children.remove(directory);
        Children.remove(memory);
    }
}
