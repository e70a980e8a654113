package io.holdfast.replication.raft;

import io.holdfast.replication.log.Voter;

/**
 * Settings of the protocol. All times are nanoseconds.
 *
 * @param self this node's name
 * @param own what that stands for
 * @param shared false if no other disk can know more than this node's own
 * @param heartbeatNanos the master's interval between signs of life
 * @param electionTimeoutNanos how long a master may be silent before a voter may take it for dead
 * @param staggerNanos what each rank waits longer than the one before it when the master's death is evident
 * @param leaseNanos how long nobody else acts as master after a heartbeat of the leader's that a majority answered; 0 for
 *     never
 * @param leaseReads whether a leader answers reads by that, so that its successor commits nothing before it has passed
 * @param stopWithinNanos how long this node may go on acting as master when its lease has passed
 * @param maxAppendBytes the batches in one append message, as a soft limit: a single batch may be larger
 * @param maxInflightBytes what may be on its way to one slave unanswered
 * @param level the highest {@link io.holdfast.replication.log.FeatureLevel} of a log that this node can read
 */
public record RaftConfig(
        String self,
        Voter own,
        boolean shared,
        long heartbeatNanos,
        long electionTimeoutNanos,
        long staggerNanos,
        long leaseNanos,
        boolean leaseReads,
        long stopWithinNanos,
        int maxAppendBytes,
        long maxInflightBytes,
        int level) {

    /** How long others wait for this node to stop acting as master. */
    long stopNanos() {
        return stopNanos(stopWithinNanos);
    }

    /** How long others wait for a master that may take so long to stop acting as such: its clock may be slower than theirs. */
    static long stopNanos(long stopWithinNanos) {
        return stopWithinNanos + stopWithinNanos / 4;
    }

    /** How long a voter's promise is: clocks whose rates differ by less than a quarter agree that it outlasts the lease. */
    long promiseNanos() {
        return leaseNanos + leaseNanos / 4;
    }
}
