package io.holdfast.verification.scaling;

import io.holdfast.autoscale.ScalingService;
import io.holdfast.autoscale.ScalingStatus;
import io.holdfast.core.HaCluster;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A machine, and what is known of its present process. */
final class ScaledNode {
    private final SimulatedNode machine;
    private @Nullable HaCluster process;
    private @Nullable LogAccess log;
    private @Nullable ScalingService scaling;
    private boolean ran;
    /** How many processes there have been. */
    int life;
    /** True once it was formed or has joined before: what is on its disk is its own. */
    boolean known;
    /** True once it belongs to those that join: what it formed once is not its own any more. */
    boolean renewed;
    /** When a fault struck it last. */
    long struckAtNanos = Long.MIN_VALUE / 2;
    /** True if the present process ends by a fault, or because the target stops it: not by itself. */
    boolean endedFromOutside;
    /** True once the present process could serve. */
    boolean served;
    /** Since when the present process drains; negative if it does not. */
    long drainsSinceNanos = -1;
    /** What it tells of itself is missing until then. */
    long silentUntilNanos;
    /** Whether, beside that, what it has in flight is missing. */
    boolean silentOnRequests;

    ScaledNode(SimulatedNode machine) {
        this.machine = machine;
    }

    String id() {
        return machine.id();
    }

    SimulatedNode machine() {
        return machine;
    }

    void started(HaCluster started) {
        process = started;
        log = started.feature(LogAccess.class);
        scaling = started.feature(ScalingService.class);
        ran = true;
        life++;
        known = true;
        endedFromOutside = false;
        served = false;
        drainsSinceNanos = -1;
    }

    boolean runs() {
        return machine.running();
    }

    /** True once, when the process is not there any more. */
    boolean hasEnded() {
        boolean ended = ran && !machine.running();
        ran &= !ended;
        return ended;
    }

    /** Looks at what changes. */
    void look(long now) {
        HaCluster running = process;
        if (running == null || !machine.running()) {
            return;
        }
        if (running.isDraining()) {
            drainsSinceNanos = drainsSinceNanos < 0 ? now : drainsSinceNanos;
        } else {
            drainsSinceNanos = -1;
        }
        served |= running.isReady();
    }

    /** The present process, or the last one. */
    @Nullable
    HaCluster process() {
        return process;
    }

    /** True if it would answer requests, and asks for them. */
    boolean serves() {
        HaCluster running = process;
        return running != null && machine.running() && running.isReady() && !running.isDraining();
    }

    /** It belongs to the cluster no longer until it is started anew. */
    boolean isRemoved() {
        HaCluster running = process;
        return running != null && machine.running() && running.whyNotReady().contains("was removed");
    }

    boolean drains() {
        HaCluster running = process;
        return running != null && machine.running() && running.isDraining();
    }

    LogStatus status() {
        LogAccess access = log;
        return access == null || !machine.running() ? LogStatus.unknown(ReplicaRole.SLAVE) : access.status();
    }

    boolean isMaster() {
        return machine.running() && status().role() == ReplicaRole.MASTER;
    }

    /** How scaling stands, if this node decides. */
    Optional<ScalingStatus> deciding() {
        ScalingService service = scaling;
        return service == null || !machine.running()
                ? Optional.empty()
                : Optional.of(service.status()).filter(ScalingStatus::decides);
    }

    @Nullable
    ScalingService scaling() {
        return machine.running() ? scaling : null;
    }

    @Override
    public String toString() {
        HaCluster running = process;
        if (!machine.running() || running == null) {
            return id() + " (down)";
        }
        String failed = running.failure().map(cause -> " FAILED: " + cause).orElse("");
        return id() + (machine.paused() ? " (paused)" : "") + " " + status().role() + " term " + status().term()
                + (running.isReady() ? " ready" : " not ready: " + running.whyNotReady())
                + (running.isDraining() ? " draining" : "") + failed;
    }
}
