package io.holdfast.core.spi;

import io.holdfast.core.SafeToStop;
import java.util.concurrent.CompletionStage;

/** The node itself, for a feature that operates it as its user could. Safe from any thread. */
public interface NodeControl {

    /** True if it runs, every feature has said that it can serve, and it does not drain. */
    boolean isReady();

    /** True if it {@linkplain #drain drains}. */
    boolean isDraining();

    /**
     * As {@code HaCluster.drain} does.
     *
     * @throws IllegalStateException if the node is not running
     */
    void drain(boolean is);

    /**
     * As {@code HaCluster.leaveAsync} does: it gives up mastership and vote, and stops. Idempotent.
     *
     * @return completes when it stops; fails if the cluster cannot spare it, and then it goes on
     * @throws IllegalStateException if the node is not running
     */
    CompletionStage<Void> leave();

    /** As {@code HaCluster.safeToStop} does. */
    CompletionStage<SafeToStop> safeToStop(String nodeId);
}
