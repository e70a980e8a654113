package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.BackupId;
import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.StateMark;
import java.util.Optional;

/** What the planner hears. */
sealed interface PlanInput {
    /** Time has passed. */
    record Tick() implements PlanInput {}

    /** This node does the backups from now on. */
    record Granted(FencingToken token) implements PlanInput {}

    /** It does not any more; all jobs have been told to end. */
    record Ended(String reason) implements PlanInput {}

    /** A job is done. */
    record Done(long job, Job.Result result) implements PlanInput {}

    /**
     * A job could not be done.
     *
     * @param which of several backups that were to be read, which one could not be
     */
    record Failed(long job, Job.Fault fault, String reason, Optional<BackupId> which) implements PlanInput {
        /** One that has to do with no backup of several. */
        Failed(long job, Job.Fault fault, String reason) {
            this(job, fault, reason, Optional.empty());
        }
    }

    /** Whether this node is the master. */
    record Mastership(boolean isMaster) implements PlanInput {}

    /** The role was not handed over: nobody else can take it, for instance. */
    record NotHandedOver(String reason) implements PlanInput {}

    /** Which log there is to be archived; empty if that is not known. */
    record Log(Optional<String> logId) implements PlanInput {}

    /** Somebody wants a backup of that source now. */
    record MakeNow(String source) implements PlanInput {}

    /** The state of the cluster is that; empty if it could not be told. */
    record Marked(Optional<StateMark> mark) implements PlanInput {}

    /** Somebody wants that source to be restored from that layer now, for a trial; from the one whose turn it is if that is empty. */
    record DrillNow(String source, String layer) implements PlanInput {}

    /** Somebody wants to be thrown away now what is to be. */
    record PruneNow() implements PlanInput {}
}
