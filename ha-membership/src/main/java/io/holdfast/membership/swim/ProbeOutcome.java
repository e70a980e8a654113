package io.holdfast.membership.swim;

/** How a probe over a stream ended. */
public enum ProbeOutcome {
    /** The process answered; an accepted connection alone does not say that, since the system accepts for a stopped one. */
    ANSWERED,
    /** The connection was refused: no process listens there. */
    REFUSED,
    /** Anything else. */
    SILENT
}
