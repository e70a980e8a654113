package io.holdfast.backup.plan;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.Schedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a user has written. Immutable.
 *
 * @param layers the first one that works is written to
 * @param sources what is backed up when
 * @param archiveEvery how often the log goes into the archive; empty if never
 * @param alsoOnMaster true if the work stays where it is when that node becomes the master
 * @param bytesPerSecond for each backup that is written; 0 for as many as there are
 * @param oldAfter from when on the last good backup is too old; empty for one turn of its schedule more than it should be
 * @param behindAfter how long a layer may lack what others have
 * @param silentFor how long nothing is heard of a backup before it counts as dead
 * @param drill how layers are proven by restoring from them
 * @param merge when parts of the log are put together
 */
public record BackupSettings(
        List<BackupLayer> layers,
        BackupKeys keys,
        List<Wanted> sources,
        Optional<Duration> archiveEvery,
        boolean alsoOnMaster,
        long bytesPerSecond,
        Optional<Duration> oldAfter,
        Duration behindAfter,
        Duration silentFor,
        DrillSettings drill,
        MergePlan merge) {
    /** Copies the lists. */
    public BackupSettings {
        layers = List.copyOf(layers);
        sources = List.copyOf(sources);
    }

    /**
     * A source.
     *
     * @param source null for the replicated state
     */
    public record Wanted(Schedule schedule, @Nullable BackupSource source) {
        /** Its name. */
        public String name() {
            return source == null ? BackupNode.STATE : source.name();
        }
    }

    /** The same with one more source. */
    public BackupSettings with(Wanted wanted) {
        List<Wanted> more = new ArrayList<>(sources);
        more.add(wanted);
        return new BackupSettings(
                layers,
                keys,
                more,
                archiveEvery,
                alsoOnMaster,
                bytesPerSecond,
                oldAfter,
                behindAfter,
                silentFor,
                drill,
                merge);
    }

    /** The same with other keys. */
    public BackupSettings with(BackupKeys other) {
        return new BackupSettings(
                layers,
                other,
                sources,
                archiveEvery,
                alsoOnMaster,
                bytesPerSecond,
                oldAfter,
                behindAfter,
                silentFor,
                drill,
                merge);
    }

    /** The same with another pace of the archive. */
    public BackupSettings withArchive(Optional<Duration> every) {
        return new BackupSettings(
                layers,
                keys,
                sources,
                every,
                alsoOnMaster,
                bytesPerSecond,
                oldAfter,
                behindAfter,
                silentFor,
                drill,
                merge);
    }

    /** The same with parts of the log put together by another rule. */
    public BackupSettings with(MergePlan other) {
        return new BackupSettings(
                layers,
                keys,
                sources,
                archiveEvery,
                alsoOnMaster,
                bytesPerSecond,
                oldAfter,
                behindAfter,
                silentFor,
                drill,
                other);
    }

    /** The same, wherever the master is. */
    public BackupSettings withMaster() {
        return new BackupSettings(
                layers,
                keys,
                sources,
                archiveEvery,
                true,
                bytesPerSecond,
                oldAfter,
                behindAfter,
                silentFor,
                drill,
                merge);
    }

    /** The same with a limit. */
    public BackupSettings withLimit(long bytes) {
        return new BackupSettings(
                layers,
                keys,
                sources,
                archiveEvery,
                alsoOnMaster,
                bytes,
                oldAfter,
                behindAfter,
                silentFor,
                drill,
                merge);
    }

    /** The same with other times for alerts. */
    public BackupSettings withAlerts(Optional<Duration> old, Duration behind) {
        return new BackupSettings(
                layers,
                keys,
                sources,
                archiveEvery,
                alsoOnMaster,
                bytesPerSecond,
                old,
                behind,
                silentFor,
                drill,
                merge);
    }

    /** The same with other drills. */
    public BackupSettings with(DrillSettings other) {
        return new BackupSettings(
                layers,
                keys,
                sources,
                archiveEvery,
                alsoOnMaster,
                bytesPerSecond,
                oldAfter,
                behindAfter,
                silentFor,
                other,
                merge);
    }

    /** True if the replicated state is among the sources. */
    public boolean hasState() {
        return sources.stream().anyMatch(wanted -> wanted.source() == null);
    }
}
