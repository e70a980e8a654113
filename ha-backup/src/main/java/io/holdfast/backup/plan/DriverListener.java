package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.catalog.Manifest;
import java.util.List;

/** Hears what a driver does; on a thread of the driver's, one call at a time. */
interface DriverListener {
    /** A backup of a source, or a part of the log, is in that layer. */
    void made(String layer, Manifest manifest, long tookNanos);

    /** One was copied there. */
    void copied(String layer, Manifest manifest);

    /** So many parts of the log were put together there. */
    void merged(String layer, int parts, Manifest manifest);

    /** So many were deleted there. */
    void deleted(String layer, int count);

    /** It was restored from for a trial, or was not. */
    default void drilled(String layer, DrillRecord record) {}

    /** A job has ended, and has rested for so long while it was at work. */
    default void rested(String layer, long nanos) {}

    /** A job was not done. */
    void failed(String layer, Job what, Job.Fault fault, String reason);

    /** An alert begins to stand. */
    void raised(Alert alert);

    /** It is over. */
    void cleared(Alert alert);

    /** All that stand, whenever that may have changed. */
    void standing(List<Alert> alerts);

    /** The role would be better with another node. The answer is to be told to {@link BackupDriver#notHandedOver}. */
    void handOver(String reason);
}
