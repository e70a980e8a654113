package io.holdfast.core.spi;

import io.holdfast.core.NotAvailableException;
import java.util.OptionalLong;

/** What follows an entry has been dropped from the log, and will not be there again: only a cut of the state helps. */
public final class LogGapException extends NotAvailableException {
    private static final long serialVersionUID = 1L;

    private static final long UNKNOWN = -1;

    private final long keptAfter;

    /** @param message what was asked for, what is there, naming the node */
    public LogGapException(String message) {
        this(message, UNKNOWN);
    }

    /**
     * Where it is known what is left.
     *
     * @param message what was asked for, what is there, naming the node
     * @param keptAfter the last entry that is not there
     */
    public LogGapException(String message, long keptAfter) {
        super(message);
        this.keptAfter = keptAfter;
    }

    /** After which entry the log is still there; empty if that is not known. */
    public OptionalLong keptAfter() {
        return keptAfter == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(keptAfter);
    }
}
