package io.holdfast.backup;

import io.holdfast.core.HoldfastException;

/** A restore would not give what it was asked for, so nothing was changed. The message says what is missing, and what would work. */
public final class RestoreRefusedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why not. */
    public enum Reason {
        /** There is no backup of the replicated state at or before what was asked for, or only one of an older log than the one that may be meant. */
        NO_BACKUP,
        /** The log that is archived ends, or has a gap, before what was asked for. */
        NOT_REACHED,
        /** What would be needed is damaged, in every repository. */
        DAMAGED,
        /** The keys that were given do not open what would be needed. */
        NO_KEY,
        /** A repository is not there, and it was not said to go without it, or what is needed is nowhere else. */
        UNREACHABLE,
        /** No epoch can be claimed: a repository does not let anything be stored, or there is none left; or the one that was given is taken. */
        NO_EPOCH
    }

    /** @param message what is missing, and what would work */
    public RestoreRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Why not. */
    public Reason reason() {
        return reason;
    }
}
