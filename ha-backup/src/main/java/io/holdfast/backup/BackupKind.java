package io.holdfast.backup;

/** What a backup holds. */
public enum BackupKind {
    /** All of it, as it lies on the disk: the quickest to take and to restore, and of use to what wrote it only. */
    PHYSICAL,
    /** Chosen objects, or a period of time, in a documented form that loads into something that runs. */
    LOGICAL,
    /** A part of a log, which follows a physical backup or another part. */
    LOG
}
