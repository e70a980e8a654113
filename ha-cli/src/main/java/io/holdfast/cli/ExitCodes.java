package io.holdfast.cli;

import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.core.NotAllowedException;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.RequestFailedException;

/** What the {@code ha} command exits with. */
final class ExitCodes {
    /** All is well. */
    static final int WHOLE = 0;
    /** The log ends in a torn write, as a crash leaves it. */
    static final int TORN_TAIL = 1;
    /** Something that had been stored cannot be read. */
    static final int DAMAGED = 2;
    /** It is no node's directory, or cannot be read at all; of layers: one of them cannot. */
    static final int UNREADABLE = 3;
    /** What would be done was only said. */
    static final int NOT_CONFIRMED = 4;
    /** Of a running cluster: something is not as it should be, or a node may not be stopped. */
    static final int NOT_WELL = 1;
    /** No node was reached that could answer; nothing was done. */
    static final int NOT_REACHED = 5;
    /** The certificate does not give the role that it takes; nothing was done. */
    static final int NOT_ALLOWED = 6;
    /** It was tried, and failed. */
    static final int FAILED = 7;
    /** It is not known whether it was done. */
    static final int UNKNOWN = 8;
    /** The command was not understood. */
    static final int USAGE = 64;

    private ExitCodes() {}

    /** What a command ends with that would restore or seed, and was refused. */
    static int of(RestoreRefusedException refused) {
        return switch (refused.reason()) {
            case DAMAGED, NO_KEY -> DAMAGED;
            case UNREACHABLE -> UNREADABLE;
            case NO_BACKUP, NOT_REACHED, NO_EPOCH -> FAILED;
        };
    }

    /** What a command ends with that threw this. */
    static int of(Exception failure) {
        if (failure instanceof NotAvailableException) {
            return NOT_REACHED;
        }
        if (failure instanceof NotAllowedException) {
            return NOT_ALLOWED;
        }
        if (failure instanceof OutcomeUnknownException) {
            return UNKNOWN;
        }
        if (failure instanceof IllegalArgumentException) { // the node that was asked did not understand it
            return USAGE;
        }
        return failure instanceof RequestFailedException ? FAILED : UNREADABLE;
    }
}
