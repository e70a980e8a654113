package io.holdfast.integrations.loadbalance.jdbc;

/**
 * That a session may have written something whose position in the log it does not know yet. Connections that have written, and will
 * say how far the log is, are counted; one that cannot say it any more leaves a debt that the next read settles with the master. Safe
 * from any thread.
 */
final class Debt {
    private int writing;
    private long left;
    private long settled;

    /** A connection is about to write; {@link #said} or {@link #unsaid} has to follow. */
    synchronized void begin() {
        writing++;
    }

    /** The session knows how far the log was after what that connection wrote. */
    synchronized void said() {
        writing--;
    }

    /** That connection will not say it. */
    synchronized void unsaid() {
        writing--;
        left++;
    }

    synchronized boolean isOwed() {
        return writing > 0 || left > settled;
    }

    /** What has been left so far, for {@link #settle}: to be taken before the master is asked. */
    synchronized long left() {
        return left;
    }

    /** The master was asked after so much had been left. */
    synchronized void settle(long upTo) {
        settled = Math.max(settled, upTo);
    }
}
