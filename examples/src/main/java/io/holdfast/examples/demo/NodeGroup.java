package io.holdfast.examples.demo;

import io.holdfast.core.FencingToken;
import io.holdfast.examples.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The nodes, three at first: who is master, who is dead and is to be started again. Used by the run's thread alone. */
final class NodeGroup {
    static final int NODES = 3;
    private static final long RESTART_AFTER_NANOS = 1_000_000_000L;
    private static final long MASTERLESS_NANOS = 60_000_000_000L;
    private static final int MOST_CRASHES = 5;
    private static final int SIGKILL_STATUS = 137;
    private static final long LEAST_LAG_ALLOWED = 2_048;

    /** A node that says it is master, of the highest term. */
    record Master(NodeSlot slot, NodeStatus status) {}

    private final Children children;
    private final Display display;
    private final Path data;
    private final List<String> bootstrap;
    private final List<NodeSlot> slots = new ArrayList<>();
    private final Map<NodeSlot, Long> deadSince = new LinkedHashMap<>();
    private Consumer<NodeSlot> deathListener = slot -> {};
    private long masterSeenNanos = System.nanoTime();
    private String announced = "";
    private long highestCommit;
    private int crashes;

    NodeGroup(Children children, Display display, Path data, NodeProgram program) throws IOException {
        this(children, display, data, program, Ports.free(NODES));
    }

    /**
     * With ports of the caller's choice.
     *
     * @param ports one for each of the three
     */
    NodeGroup(Children children, Display display, Path data, NodeProgram program, List<Integer> ports) {
        this.children = children;
        this.display = display;
        this.data = data;
        this.bootstrap = bootstrap(ports);
        for (int i = 1; i <= NODES; i++) {
            slots.add(new NodeSlot("node-" + i, ports.get(i - 1), data, bootstrap, program));
        }
    }

    /** Nodes with those ports, as they are given to each of them. */
    static List<String> bootstrap(List<Integer> ports) {
        List<String> all = new ArrayList<>();
        for (int port : ports) {
            all.add("node-" + (all.size() + 1) + "@127.0.0.1:" + port);
        }
        return all;
    }

    /** Starts all of them. */
    void start() throws IOException {
        for (NodeSlot slot : slots) {
            slot.start(children, 0);
            display.plain(slot.id() + "   PID " + slot.process().pid() + ", 127.0.0.1:" + slot.port());
        }
        masterSeenNanos = System.nanoTime();
    }

    /** One more begins, with a number and a directory of its own. */
    NodeSlot add(NodeProgram program) throws IOException {
        int port = Ports.free(1).get(0);
        NodeSlot slot = new NodeSlot("node-" + (slots.size() + 1), port, data, bootstrap, program);
        slot.start(children, 0);
        slots.add(slot);
        display.event(slot.id() + " starts, PID " + slot.process().pid() + ", 127.0.0.1:" + slot.port());
        return slot;
    }

    /** One goes for good, in good order: it is no longer looked after. */
    void release(NodeSlot slot) {
        slots.remove(slot);
    }

    /** Who is told of each death that this group did not know of, when it is noticed. */
    void onUnexpectedDeath(Consumer<NodeSlot> listener) {
        deathListener = listener;
    }

    List<NodeSlot> slots() {
        return slots;
    }

    /** The addresses, for a client. */
    List<String> addresses() {
        return slots.stream().map(slot -> "127.0.0.1:" + slot.port()).toList();
    }

    /** The master; null while there is none. */
    @Nullable
    Master master() {
        Master best = null;
        for (NodeSlot slot : slots) {
            NodeStatus status = slot.status();
            if (status != null
                    && status.isMaster()
                    && (best == null || status.term() > best.status().term())) {
                best = new Master(slot, status);
            }
        }
        return best;
    }

    /** A node was killed on purpose: it is dead, and will be started again in a while. */
    void killed(NodeSlot slot) {
        deadSince.put(slot, System.nanoTime());
    }

    /** Looks after the nodes: starts dead ones again, tells of a new master, gives up when none comes. */
    void tend() throws IOException {
        for (NodeSlot slot : slots) {
            Long since = deadSince.get(slot);
            if (since == null && !slot.isAlive()) {
                unexpectedDeath(slot);
            } else if (since != null && System.nanoTime() - since >= RESTART_AFTER_NANOS) {
                deadSince.remove(slot);
                slot.start(children, highestCommit);
                display.event(slot.id() + " starts again, PID " + slot.process().pid());
            }
        }
        Master master = master();
        if (master != null) {
            masterSeenNanos = System.nanoTime();
            highestCommit = Math.max(highestCommit, master.status().commit());
            String now = master.slot().id() + " is master of term "
                    + new FencingToken(master.status().term());
            if (!now.equals(announced)) {
                announced = now;
                display.event(now);
            }
        } else if (tooFewSpeak()) {
            masterSeenNanos = System.nanoTime(); // nobody could be one yet, however long a process takes to start here
        } else if (System.nanoTime() - masterSeenNanos > MASTERLESS_NANOS) {
            throw new DemoFailure("no master for " + MASTERLESS_NANOS / 1_000_000_000L + " s; see "
                    + slots.get(0).log() + " and its neighbours");
        }
    }

    private boolean tooFewSpeak() {
        return 2 * slots.stream().filter(slot -> !slot.isStarting()).count() <= slots.size();
    }

    private void unexpectedDeath(NodeSlot slot) {
        if (children.isClosed()) {
            throw new DemoFailure("interrupted");
        }
        int status = slot.process().exitStatus();
        display.event(slot.id() + " (PID " + slot.process().pid() + ") has died unasked, exit status " + status);
        if (status != SIGKILL_STATUS && ++crashes > MOST_CRASHES) {
            throw new DemoFailure(slot.id() + " dies again and again; see " + slot.log());
        }
        deathListener.accept(slot);
        deadSince.put(slot, System.nanoTime());
    }

    /** True if a master is known and all nodes follow it closely, so that one may be taken away. */
    boolean isHealthy(long writesPerSecond) {
        Master master = master();
        if (master == null) {
            return false;
        }
        long lagAllowed = lagAllowed(writesPerSecond);
        String masterId = master.slot().id();
        return slots.stream().allMatch(slot -> slot.isCaughtUp(master.status(), masterId, lagAllowed));
    }

    /** How many entries a slave may be behind and count as close. */
    static long lagAllowed(long writesPerSecond) {
        return Math.max(LEAST_LAG_ALLOWED, writesPerSecond / 4);
    }

    /** True if every node has applied the same log to its end. */
    boolean isSettled() {
        Master master = master();
        if (master == null || master.status().commit() != master.status().last()) {
            return false;
        }
        return slots.stream().allMatch(slot -> {
            NodeStatus status = slot.status();
            return status != null
                    && status.term() == master.status().term()
                    && status.applied() == master.status().last();
        });
    }

    /** Stops all, in good order. */
    void stop(Duration atMost) throws InterruptedException {
        slots.forEach(slot -> slot.process().tell("stop"));
        for (NodeSlot slot : slots) {
            if (!slot.process().awaitExit(atMost)) {
                throw new DemoFailure(slot.id() + " did not stop within " + atMost.toSeconds()
                        + " s of being asked; see " + slot.log());
            }
            int status = slot.process().exitStatus();
            if (status == SIGKILL_STATUS) {
                display.event(slot.id() + " was killed while it stopped");
            } else if (status != 0) {
                throw new DemoFailure(slot.id() + " stopped with exit status " + status + "; see " + slot.log());
            }
        }
    }
}
