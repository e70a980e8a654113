package io.holdfast.backup.plan;

/**
 * Something that an operator has to know of, from when it begins until it is over.
 *
 * @param subject the name of a layer or a source; empty for all of them
 * @param detail for people
 */
public record Alert(Kind kind, String subject, String detail) {
    /** What it is. */
    public enum Kind {
        /** The last good backup of a source is older than it should be. */
        BACKUP_OLD,
        /** The last attempt at a backup of a source failed because of the source. */
        SOURCE_FAILING,
        /** A layer does not do what it is asked for. */
        LAYER_FAILING,
        /** A layer lacks backups that it should have, for longer than copying them takes. */
        LAYER_BEHIND,
        /** Something in a layer is not as it was stored. */
        LAYER_DAMAGED,
        /** Somebody with a higher fencing token has taken a layer over, and this node has the role. */
        LAYER_TAKEN,
        /** There are not three copies of a source on two kinds of media, one of them off-site. */
        RULE_UNMET,
        /** The log is not archived: there is nothing to go on from, or its source fails. */
        ARCHIVE_FAILING,
        /** What was restored from a layer for a trial is not what the cluster had: one of the two is wrong. */
        DRILL_MISMATCH,
        /** The last trial of restoring from a layer failed. */
        DRILL_FAILED,
        /** It is longer than it should be since a layer was last restored from for a trial, with success. */
        DRILL_OLD,
        /** The wall clock was set, so for a day nothing is thrown away by age. */
        CLOCK_SET
    }
}
