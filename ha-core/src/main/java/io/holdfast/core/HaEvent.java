package io.holdfast.core;

/**
 * Something that an operator may want to be told of; see {@link HaCluster.Builder#listener}. What is decided by it belongs into
 * callbacks such as {@link HaCluster.Builder#onMaster}; events are told afterwards, and under a flood the oldest are dropped.
 *
 * @param kind what happened
 * @param node the node that tells it
 * @param subject what it happened to: a role, a health check, a node, a file; empty if it is the node itself
 * @param detail for people; empty if there is nothing more to say
 */
public record HaEvent(Kind kind, String node, String subject, String detail) {

    /** What happened. */
    public enum Kind {
        /** The node runs. */
        STARTED,
        /** It can serve. */
        READY,
        /** It cannot serve; the detail says what it waits for. */
        NOT_READY,
        /** Its health, or that of one of its checks (the subject), is another one. */
        HEALTH,
        /** It knows another master (the subject; empty for none). */
        MASTER,
        /** It holds a role (the subject), {@code master} among them. */
        ROLE_GRANTED,
        /** It holds it no longer. */
        ROLE_ENDED,
        /** The callbacks of a role still run when {@code stopWithin} is over. */
        ROLE_OVERRUN,
        /** A member (the subject) joined, left, is suspected, died or came back; not told for what it says of itself. */
        MEMBER,
        /** Others belong to the cluster, or have a vote. */
        VOTERS,
        /** The master's autopilot begins to change who votes, or in a dry run would; the subject is the node, the detail why. */
        AUTOPILOT,
        /** The log cannot be written. */
        LOG_STALLED,
        /** It can be again. */
        LOG_GOES_ON,
        /** A file (the subject) was found damaged. */
        DAMAGE,
        /** Whatever was damaged or may have been lost is there again. */
        HEALED,
        /** The state of this node is not that of others. */
        STATE_DIFFERS,
        /** A snapshot of the state is on the disk. */
        SNAPSHOT_TAKEN,
        /** The state was taken from another node's snapshot. */
        SNAPSHOT_INSTALLED,
        /** A backup of a source (the subject) is in a layer. Told by the node that does the backups; not for parts of the log. */
        BACKUP_MADE,
        /** A backup of a source (the subject) was not made; the detail says why. */
        BACKUP_FAILED,
        /** What was restored from a layer (the subject) for a trial is what the cluster had; the detail says up to where. */
        BACKUP_PROVEN,
        /** It is not, or could not be restored; the detail says why. */
        BACKUP_NOT_PROVEN,
        /** Something is wrong with backups: which alert, and of what, is the subject, the detail says more. */
        BACKUP_ALERT,
        /** It is over. */
        BACKUP_ALERT_OVER,
        /** The node that decides on scaling wants another number of nodes (the subject); the detail says why. */
        SCALING_DECIDED,
        /** A node (the subject) that scaling started serves. */
        NODE_ADDED,
        /** A node (the subject) was drained, has left, and was stopped by scaling. */
        NODE_REMOVED,
        /** A node (the subject) could not be started, stopped or taken away; the detail says why, and what comes next. */
        SCALING_FAILED,
        /** The node stops because something broke; the detail says what. */
        FAILED,
        /** It has stopped. */
        STOPPED
    }

    @Override
    public String toString() {
        return node + " " + kind + (subject.isEmpty() ? "" : " " + subject) + (detail.isEmpty() ? "" : ": " + detail);
    }
}
