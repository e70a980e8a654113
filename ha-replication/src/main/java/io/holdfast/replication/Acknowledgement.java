package io.holdfast.replication;

/** When a write returns. */
public enum Acknowledgement {
    /**
     * When it is on the disks of a majority and has been applied: it survives the death of any minority. The default.
     */
    QUORUM,
    /**
     * When it is on the master's disk (in an unforced log: given to its system): sooner, and it may still be lost, if the
     * master dies before others have it and the process that wrote it ends, too, also by an orderly stop, or loses its
     * session. A process that goes on sends what is not decided yet to the next master. Such a write returns no result, since it has not been applied; reads see it once it is.
     */
    MASTER
}
