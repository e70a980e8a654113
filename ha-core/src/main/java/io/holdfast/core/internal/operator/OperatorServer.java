package io.holdfast.core.internal.operator;

import io.holdfast.core.OperatorRole;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.core.spi.Links.RefusedException;
import io.holdfast.core.spi.Measure;
import io.holdfast.core.spi.OperatorCommand;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Serves operators on the node's port. Commands are read, carried out and their answers written on a thread of their own, which
 * begins with the first operator's link; the loop only carries frames. On the loop.
 */
public final class OperatorServer {
    /** The protocol of these links, which also a client may dial that does not know the cluster's name. */
    public static final Links.Protocol PROTOCOL = new Links.Protocol(4, "operators");

    /** Links that may stand at once; other nodes that gather the cluster's status take one for a moment. */
    static final int MOST_LINKS = 64;

    /** Commands that may be under way for all links, also those that were answered as taking too long, or whose link is gone. */
    static final int MOST_UNDER_WAY = 256;

    private static final Measure REQUESTS = Measure.counter(
            "holdfast.operator.requests",
            "commands of operators and of other nodes, by `outcome`: `OK`, `NOT_ALLOWED` and so on",
            "cluster",
            "node",
            "outcome");

    private final String cluster;
    private final String node;
    private final EventLoop loop;
    private final Function<String, Worker> newWorker;
    private final Map<String, OperatorCommand> commands = new TreeMap<>();
    private final Predicate<String> isMember;
    private final Json json;
    private final MeterRegistry meters;
    private final LongSupplier nanoTime;
    private final Set<OperatorSession> sessions = new LinkedHashSet<>();
    private final Map<AnswerCode, Counter> counters = new ConcurrentHashMap<>();
    private volatile boolean released;
    private @Nullable Worker worker;
    private int underWay;

    /**
     * Makes one.
     *
     * @param isMember true of the ids of the cluster's nodes; they may read, whatever their certificates say; safe from any
     *     thread
     * @param nanoTime the node's clock
     */
    public OperatorServer(
            String cluster,
            String node,
            EventLoop loop,
            Function<String, Worker> newWorker,
            Predicate<String> isMember,
            Json json,
            MeterRegistry meters,
            LongSupplier nanoTime) {
        this.cluster = cluster;
        this.node = node;
        this.loop = loop;
        this.newWorker = newWorker;
        this.isMember = isMember;
        this.json = json;
        this.meters = meters;
        this.nanoTime = nanoTime;
    }

    /** Adds a command, before {@link #start}. */
    public void add(OperatorCommand command) {
        if (commands.putIfAbsent(command.name(), command) != null) {
            throw new IllegalStateException("two features of " + node + " have the operator command " + command.name());
        }
    }

    /** Takes links from now on. */
    public void start(Links links) {
        links.accept(PROTOCOL, this::accept);
    }

    private OperatorSession accept(Peer peer) {
        if (sessions.size() >= MOST_LINKS) {
            throw new RefusedException(MOST_LINKS + " operators are connected to " + node + ", which is the most");
        }
        OperatorSession session = new OperatorSession(this, worker());
        sessions.add(session);
        return session;
    }

    private Worker worker() {
        Worker running = worker;
        if (running == null) {
            running = newWorker.apply("operators");
            worker = running;
        }
        return running;
    }

    /** Runs that on the thread that serves operators. Safe from any thread. */
    public void execute(Runnable task) {
        loop.execute(() -> worker().execute(task));
    }

    /** False if too much is under way on this node; else {@link #finished()} has to follow. */
    boolean begins() {
        if (underWay >= MOST_UNDER_WAY) {
            return false;
        }
        underWay++;
        return true;
    }

    void finished() {
        underWay--;
    }

    void ended(OperatorSession session) {
        sessions.remove(session);
    }

    /** What the far end may do. Nodes of the cluster ask each other, so that each can show all. */
    OperatorRole roleOf(Peer peer) {
        return isNode(peer) && !peer.operatorRole().allows(OperatorRole.READ) ? OperatorRole.READ : peer.operatorRole();
    }

    /** True for a node of the cluster. */
    boolean isNode(Peer peer) {
        return peer.member() && isMember.test(peer.nodeId());
    }

    @Nullable
    OperatorCommand command(String name) {
        return commands.get(name);
    }

    Set<String> commandNames() {
        return commands.keySet();
    }

    void count(AnswerCode code) {
        if (released) { // a command that outlives its node
            return;
        }
        counters.computeIfAbsent(
                        code,
                        any -> REQUESTS.newCounter(
                                meters, Tags.of("cluster", cluster, "node", node, "outcome", code.name())))
                .increment();
    }

    /** Leaves nothing in the registry, which is the application's. Safe from any thread. */
    public void release() {
        released = true;
        counters.values().forEach(meters::remove);
        counters.clear();
    }

    String node() {
        return node;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    EventLoop loop() {
        return loop;
    }

    Json json() {
        return json;
    }
}
