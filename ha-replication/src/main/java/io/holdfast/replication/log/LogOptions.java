package io.holdfast.replication.log;

/**
 * How a log is laid out.
 *
 * @param segmentBytes length of a segment in bytes, 64 KiB to 1 GiB; 64 MiB by default. May be changed at each start.
 */
public record LogOptions(int segmentBytes) {

    /** Checks the range. */
    public LogOptions {
        if (segmentBytes < 64 << 10 || segmentBytes > 1 << 30) {
            throw new IllegalArgumentException(
                    "a log segment of " + segmentBytes + " bytes; use 65536 (64 KiB) to 1073741824 (1 GiB)");
        }
    }

    /** A careful operator's choice. */
    public static LogOptions defaults() {
        return new LogOptions(64 << 20);
    }
}
