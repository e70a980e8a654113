package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage.AppendMode;

/**
 * How a log is laid out.
 *
 * @param segmentBytes length of a segment in bytes, 64 KiB to 1 GiB; 64 MiB by default. May be changed at each start.
 * @param forced true if what is written counts only once it is forced: segments are then filled ahead, and written round
 *     the system's cache. Otherwise it counts once it has left the process, and segments
 *     grow
 * @param heals true if there are others from whom what is damaged can be had again: the log is then cut before the damage
 *     instead of being refused
 * @param level the highest {@link FeatureLevel} that may be found in it: a log of a higher one is left as it is
 */
public record LogOptions(int segmentBytes, boolean forced, boolean heals, int level) {

    /** A log that is refused if it is damaged. */
    public LogOptions(int segmentBytes, boolean forced) {
        this(segmentBytes, forced, false);
    }

    /** One of a level that this release supports. */
    public LogOptions(int segmentBytes, boolean forced, boolean heals) {
        this(segmentBytes, forced, heals, FeatureLevel.SUPPORTED);
    }

    /** Checks the range. */
    public LogOptions {
        if (segmentBytes < 64 << 10 || segmentBytes > 1 << 30) {
            throw new IllegalArgumentException(
                    "a log segment of " + segmentBytes + " bytes; use 65536 (64 KiB) to 1073741824 (1 GiB)");
        }
    }

    AppendMode appending() {
        return forced ? AppendMode.GATHER : AppendMode.WRITE_THROUGH;
    }

    /** A careful operator's choice. */
    public static LogOptions defaults() {
        return new LogOptions(64 << 20, true);
    }
}
