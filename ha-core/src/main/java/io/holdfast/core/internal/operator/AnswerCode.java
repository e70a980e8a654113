package io.holdfast.core.internal.operator;

import io.holdfast.core.NotAllowedException;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;

/** What became of a command. The numbers are part of the wire format. */
public enum AnswerCode {
    /** Done; the body is its result. */
    OK(0),
    /** The far end's role does not allow it. Nothing was done. */
    NOT_ALLOWED(1),
    /** The node knows no such command. */
    UNKNOWN_COMMAND(2),
    /** The arguments are not understood. Nothing was done. */
    BAD_ARGUMENTS(3),
    /** It was tried, and failed. */
    FAILED(4),
    /** Too much is asked at once. Nothing was done. */
    BUSY(5),
    /** It takes longer than was asked for, and may still happen. */
    TIMED_OUT(6),
    /** It cannot be done here or now. Nothing was done. */
    NOT_AVAILABLE(7),
    /** A number that this version does not know; the text still tells. */
    OTHER(255);

    private final int wire;

    AnswerCode(int wire) {
        this.wire = wire;
    }

    int wire() {
        return wire;
    }

    static AnswerCode of(int wire) {
        for (AnswerCode code : values()) {
            if (code.wire == wire) {
                return code;
            }
        }
        return OTHER;
    }

    /** Of a command that ended with that. */
    static AnswerCode of(Throwable cause) {
        if (cause instanceof NotAvailableException) {
            return NOT_AVAILABLE;
        }
        if (cause instanceof NotAllowedException) {
            return NOT_ALLOWED;
        }
        if (cause instanceof OutcomeUnknownException) {
            return TIMED_OUT;
        }
        return cause instanceof IllegalArgumentException ? BAD_ARGUMENTS : FAILED;
    }

    /** True if nothing was begun, since it was not understood or not allowed. */
    boolean isRefusal() {
        return this == NOT_ALLOWED || this == UNKNOWN_COMMAND || this == BAD_ARGUMENTS;
    }
}
