package io.holdfast.backup.plan;

import io.holdfast.backup.DrillCheck;
import io.holdfast.backup.Schedule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a user has written of drills. Immutable.
 *
 * @param schedule when the replicated state is restored from the next layer for a trial; empty for when somebody asks for it
 * @param checks of other sources
 * @param directory where to; empty for a place beneath the node's own directory
 * @param limit how long one may take
 * @param oldAfter how long ago a layer may have been proven; empty for one turn of all layers, and one more
 */
public record DrillSettings(
        Optional<Schedule> schedule,
        List<Checked> checks,
        Optional<Path> directory,
        Duration limit,
        Optional<Duration> oldAfter) {
    /** By hand alone. */
    public static final DrillSettings BY_HAND =
            new DrillSettings(Optional.empty(), List.of(), Optional.empty(), Duration.ofHours(6), Optional.empty());

    /** Copies the list. */
    public DrillSettings {
        checks = List.copyOf(checks);
    }

    /** A source other than the replicated state, and what finds out whether it restores. */
    public record Checked(String source, Schedule schedule, DrillCheck check) {}

    /** The same with a schedule for the replicated state. */
    public DrillSettings at(Schedule when) {
        return new DrillSettings(Optional.of(when), checks, directory, limit, oldAfter);
    }

    /** The same with one more source. */
    public DrillSettings with(Checked checked) {
        List<Checked> more = new ArrayList<>(checks);
        more.add(checked);
        return new DrillSettings(schedule, more, directory, limit, oldAfter);
    }

    /** The same elsewhere. */
    public DrillSettings in(Path place) {
        return new DrillSettings(schedule, checks, Optional.of(place), limit, oldAfter);
    }

    /** The same with another limit. */
    public DrillSettings within(Duration most) {
        return new DrillSettings(schedule, checks, directory, most, oldAfter);
    }

    /** The same with another time for the alert. */
    public DrillSettings oldAfter(Duration age) {
        return new DrillSettings(schedule, checks, directory, limit, Optional.of(age));
    }
}
