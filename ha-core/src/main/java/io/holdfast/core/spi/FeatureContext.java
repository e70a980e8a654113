package io.holdfast.core.spi;

import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.core.Node;
import io.holdfast.core.runtime.NodeRuntime;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.Executor;

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

    /** How long this node's callbacks for its mastership may go on after that has ended; 0 if it has none. */
    long masterStopWithinNanos();

    /** How the node is, as {@code HaCluster.health()} says: the worst of what its checks and features have found. */
    Health nodeHealth();

    /**
     * Tells the user's listener of events something.
     *
     * @param subject what it happened to; empty for the node
     * @param detail for people; may be empty
     */
    void event(HaEvent.Kind kind, String subject, String detail);

    /** Something is broken that cannot be repaired while running, such as a disk: the node stops. */
    void fail(Throwable cause);
}
