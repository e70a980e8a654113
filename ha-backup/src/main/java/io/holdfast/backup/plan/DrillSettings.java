package io.holdfast.backup.plan;

import io.holdfast.backup.Schedule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What a user has written of drills. Immutable.
 *
 * @param schedule when the next layer is restored from for a trial; empty for when somebody asks for it
 * @param directory where to; empty for a place beneath the node's own directory
 * @param limit how long one may take
 * @param oldAfter how long ago a layer may have been proven; empty for one turn of all layers, and one more
 */
public record DrillSettings(
        Optional<Schedule> schedule, Optional<Path> directory, Duration limit, Optional<Duration> oldAfter) {
    /** By hand alone. */
    public static final DrillSettings BY_HAND =
            new DrillSettings(Optional.empty(), Optional.empty(), Duration.ofHours(6), Optional.empty());

    /** The same with a schedule. */
    public DrillSettings at(Schedule when) {
        return new DrillSettings(Optional.of(when), directory, limit, oldAfter);
    }

    /** The same elsewhere. */
    public DrillSettings in(Path place) {
        return new DrillSettings(schedule, Optional.of(place), limit, oldAfter);
    }

    /** The same with another limit. */
    public DrillSettings within(Duration most) {
        return new DrillSettings(schedule, directory, most, oldAfter);
    }

    /** The same with another time for the alert. */
    public DrillSettings oldAfter(Duration age) {
        return new DrillSettings(schedule, directory, limit, Optional.of(age));
    }
}
