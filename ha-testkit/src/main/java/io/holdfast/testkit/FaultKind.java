package io.holdfast.testkit;

/** What a {@link FaultSchedule} can do to a cluster. */
public enum FaultKind {
    /** Frames and dials are lost. */
    LOSS,
    /** Frames take long. */
    DELAY,
    /** Frames arrive twice. */
    DUPLICATION,
    /** Frames overtake each other. */
    REORDERING,
    /** The line is thin, so that frames queue. */
    BANDWIDTH,
    /** One direction between two nodes carries nothing. */
    ONE_WAY_CUT,
    /** The nodes fall into two sides that do not reach each other. */
    PARTITION,
    /** Dials to a node are refused although it runs. */
    REFUSAL,
    /** A process is killed and started again; what its log had gathered and not forced is gone. */
    KILL,
    /** A node loses its power, with all or nothing of its unforced writes, and starts again. */
    POWER_LOSS,
    /** A node loses its power and its unforced writes are torn; it starts again. */
    TORN_WRITES,
    /**
     * All nodes lose their power, or are killed, at once; or their disks stall first, so that few have what they wrote last,
     * and one part of them is back well before the other.
     */
    ALL_DOWN,
    /** A process is stopped for a while, as by a long garbage collection. */
    PAUSE,
    /** A node's workers take long, or those of one name alone. */
    WORKER_STALL,
    /** A node's disk answers nothing for a while. */
    DISK_STALL,
    /** A wall clock jumps. */
    CLOCK_JUMP,
    /** A clock runs fast or slow. */
    CLOCK_DRIFT,
    /** Datagrams vanish between some nodes while connections carry. Only if asked for: {@link FaultSettings#with}. */
    DATAGRAMS_BLOCKED
}
