package io.holdfast.testkit;

/** What a {@link FaultSchedule} does to a cluster. */
public enum FaultKind {
    /** Frames vanish. */
    LOSS,
    /** Frames take long. */
    DELAY,
    /** Frames arrive twice. */
    DUPLICATION,
    /** Frames overtake others. */
    REORDERING,
    /** One direction between two nodes is cut. */
    ONE_WAY_CUT,
    /** Two groups cannot reach each other. */
    PARTITION,
    /** A node's host refuses dials. */
    REFUSAL,
    /** A process is killed. */
    KILL,
    /** A machine loses power, and with it what was not forced. */
    POWER_LOSS,
    /** All machines lose power at once. */
    POWER_LOSS_OF_ALL,
    /** A process stands still. */
    PAUSE,
    /** Disks and other blocking work take long. */
    STALL,
    /** A monotonic clock runs fast or slow. */
    CLOCK_DRIFT,
    /** A wall clock jumps. */
    CLOCK_JUMP
}
