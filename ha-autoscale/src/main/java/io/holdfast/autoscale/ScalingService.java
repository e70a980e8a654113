package io.holdfast.autoscale;

import io.holdfast.core.HaCluster;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Scaling on a running node. Safe from any thread. */
public interface ScalingService {
    /** The role that the node that decides holds where no log is replicated; with one, the master decides. */
    String ROLE = "holdfast.autoscale";

    /** That of a node that was built with {@link Autoscaling}. */
    static ScalingService of(HaCluster cluster) {
        return cluster.feature(ScalingService.class);
    }

    /** How things stand, as this node knows; a snapshot, which costs nothing. */
    ScalingStatus status();

    /** The last decisions of this node, oldest first, some hundreds; empty on a node that does not decide. */
    List<ScalingDecision> decisions();

    /**
     * Has nothing new begun, on whatever node decides, until {@link #resume}; it outlasts that node. Decisions are shown, and what has
     * been begun goes on.
     *
     * @param by who wants it, and why, for people
     * @return completes when it is kept; with {@link io.holdfast.core.NotAvailableException} if the node that decides is not reached, ceases
     *     to decide, or has not kept it within ten seconds; in the last two cases it may be kept yet, and doing it again does no harm
     */
    CompletableFuture<Void> pause(String by);

    /** Goes on; completes as {@link #pause} does. */
    CompletableFuture<Void> resume();
}
