package io.holdfast.core.spi;

import io.holdfast.core.Address;
import io.holdfast.core.FencingToken;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.core.KeyRing;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.runtime.NodeRuntime;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a running feature gets from the cluster that it is part of. Safe from any thread unless said otherwise. */
public interface FeatureContext {

    /** The cluster's name. */
    String clusterName();

    /** The node that this is, with the address that was bound where its port was 0. */
    Node node();

    /** True for {@code HaCluster.singleNode()}: a cluster of this node alone. */
    boolean standalone();

    /** The seams. */
    NodeRuntime runtime();

    /** Links to other nodes; on the loop. */
    Links links();

    /**
     * Asks for datagrams on the node's port. Called at most once in a node, in {@link HaFeature#create}, since the port is
     * bound together with the listener. What the port drops it counts ({@code holdfast.datagrams.dropped}).
     *
     * @param seal of {@link #seal}, with {@code maxPayloadBytes} 0
     */
    DatagramPort datagrams(Seal seal, DatagramPort.Handler handler);

    /**
     * A seal with what the user gave as keys. Where these lie in a file it is read at once and then again and again, and the
     * seal uses what it holds. Called in {@link HaFeature#create}.
     *
     * @param keys null for none: whoever reaches the port can then read and make messages
     * @param maxPayloadBytes the largest payload, 1 to 16 MiB; 0 for what fits into a datagram
     * @throws IllegalArgumentException if there are no keys where there should be
     */
    Seal seal(KeyRing.@Nullable Source keys, int maxPayloadBytes);

    /** Who knows the members; null if nothing does. Known once all features have been made, so from {@code open} on. */
    @Nullable
    Membership membership();

    /** Who replicates state; null if nothing does. Known once all features have been made, so from {@code open} on. */
    default @Nullable ReplicatedState replicatedState() {
        return null;
    }

    /** Where users' callbacks and futures run: never on the loop. Serial and in order by default. */
    Executor callbacks();

    /**
     * Runs {@code next} so many times on {@link #callbacks}, in order; cheaper than as many tasks where that is a thread of
     * the node's own.
     *
     * @param next takes one of several callbacks and runs it; safe from any thread
     */
    void callBack(Runnable next, int times);

    /** Where meters go. */
    MeterRegistry meters();

    /**
     * Says whether the feature can serve, which {@code awaitReady} waits for.
     *
     * @param reason why not, for people; empty if ready
     */
    void ready(boolean ready, String reason);

    /**
     * Says how something is that the feature knows of; UP until said otherwise, and shown by {@code HaCluster.health()}.
     *
     * @param subject a word, unique among features and checks, such as {@code log}
     * @param detail why, for people; empty if it is UP
     */
    void health(String subject, Health health, String detail);

    /**
     * The same for what is not better on another node: it is shown by {@code HaCluster.health()} alike, and neither a role nor the
     * mastership moves because of it.
     */
    default void clusterHealth(String subject, Health health, String detail) {
        health(subject, health, detail);
    }

    /**
     * Stands for a role of the cluster, as {@code cluster.role(name).stopWithin(limit).hold(begin, end)} does, until the
     * node stops. Called in {@code start} or later, by a feature that {@linkplain HaFeature#needsElectionEngine() needs} that.
     *
     * @param role 1 to 64 letters, digits, dots, hyphens and underscores; a feature's begins with {@code holdfast.}
     * @param stopWithin how long {@code end} may take
     * @param begin is given the token of each grant
     * @param end is given why it ended, for people
     * @throws IllegalStateException if nothing elects, or the node stands for that role already
     */
    default Standing stand(String role, Duration stopWithin, Consumer<FencingToken> begin, Consumer<String> end) {
        throw new IllegalStateException("nothing elects here who has the role " + role);
    }

    /**
     * Who holds a role, as far as this node knows without asking; empty if that is nobody, or nothing elects here. Costs nothing.
     *
     * @param role as {@link #stand} takes it
     */
    default Optional<RoleHolder> holder(String role) {
        return Optional.empty();
    }

    /** A feature's standing for a role. Safe from any thread. */
    interface Standing {
        /**
         * Gives the role to that node in good order, as {@code RoleCandidacy.handOver} does.
         *
         * @param to a node id; empty for whoever suits best
         */
        CompletionStage<RoleHolder> handOver(String to);
    }

    /** How long this node's callbacks for its mastership may go on after that has ended; 0 if it has none. */
    long masterStopWithinNanos();

    /** How the node is: the worst of what its checks and features have found of itself, and so without {@link #clusterHealth}. */
    Health nodeHealth();

    /**
     * Tells the user's listener of events something.
     *
     * @param subject what it happened to; empty for the node
     * @param detail for people; may be empty
     */
    void event(HaEvent.Kind kind, String subject, String detail);

    /**
     * Has another node carry out one of its {@linkplain Inspectable#operatorCommands() operator commands}, once.
     *
     * @param nodeId whom the address must lead to
     * @param timeout 1 ms to 1 h
     * @return what it answers; completes on the loop, with {@link NotAvailableException} if it was not reached,
     *     did not do it, or its answer did not come, as the message says; with that, and on any thread, also if the loop has ended
     */
    default CompletionStage<Map<String, Object>> ask(
            String nodeId, Address address, String command, Map<String, String> arguments, Duration timeout) {
        return CompletableFuture.failedFuture(
                new NotAvailableException("this node can ask no other: " + nodeId + " at " + address));
    }

    /**
     * The node itself, for a feature that operates it. Used once it has started.
     *
     * @throws IllegalStateException if this node lets no feature do that
     */
    default NodeControl control() {
        throw new IllegalStateException("node " + node().id() + " is operated by no feature");
    }

    /** Something is broken that cannot be repaired while running, such as a disk: the node stops. */
    void fail(Throwable cause);
}
