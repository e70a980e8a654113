package io.holdfast.core.spi;

import io.holdfast.core.NotAvailableException;

/** What follows an entry has been dropped from the log, and will not be there again: only a cut of the state helps. */
public final class LogGapException extends NotAvailableException {
    private static final long serialVersionUID = 1L;

    /** @param message what was asked for, what is there, naming the node */
    public LogGapException(String message) {
        super(message);
    }
}
