package io.holdfast.backup.plan;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.Retention;
import io.holdfast.backup.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the planner is told once.
 *
 * @param layers the first one that works is written to, the others get copies
 * @param sources what is backed up
 * @param archive the log, if it is archived
 * @param preferSlave true if the role goes to another node when this one is master
 * @param behindAfter how long a layer may lack what it should have, before that is told
 * @param drills how layers are proven, of each source of which that can be
 */
record PlanConfig(
        List<LayerPlan> layers,
        List<SourcePlan> sources,
        Optional<ArchivePlan> archive,
        boolean preferSlave,
        Duration behindAfter,
        List<DrillPlan> drills) {
    PlanConfig {
        layers = List.copyOf(layers);
        sources = List.copyOf(sources);
        drills = List.copyOf(drills);
    }

    /** One in which nothing is restored for a trial. */
    PlanConfig(
            List<LayerPlan> layers,
            List<SourcePlan> sources,
            Optional<ArchivePlan> archive,
            boolean preferSlave,
            Duration behindAfter) {
        this(layers, sources, archive, preferSlave, behindAfter, List.of());
    }

    /** A layer. */
    record LayerPlan(String name, Retention retention, String medium, boolean offSite) {}

    /**
     * A source.
     *
     * @param oldAfter how old its last good backup may become, before that is told; empty for one turn of its schedule more than it
     *     should
     */
    record SourcePlan(String name, BackupKind kind, Schedule schedule, Optional<Duration> oldAfter) {}

    /**
     * The log.
     *
     * @param base the source whose backups its parts follow
     * @param every how often the next part is asked for
     * @param merge when parts are put together
     */
    record ArchivePlan(String base, Duration every, MergePlan merge) {}

    /**
     * Restoring for a trial.
     *
     * @param source whose backups
     * @param schedule when the next layer is; empty for when somebody asks for it
     * @param oldAfter how long ago a layer may have been proven, before that is told; empty for one turn of all layers, and one more
     * @param limit how long one may take
     */
    record DrillPlan(String source, Optional<Schedule> schedule, Optional<Duration> oldAfter, Duration limit) {}
}
