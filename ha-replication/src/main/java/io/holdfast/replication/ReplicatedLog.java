package io.holdfast.replication;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.LogAccess;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Writes to and reads of a user's own {@link StateMachine}, from any node or client.
 *
 * <p>A write that has returned is on the disks of a majority and has been applied exactly once, also if the master died
 * on the way; the writes of one process are applied in the order of its calls. Reads are linearizable.
 *
 * <p>Methods without a future block, at most until the deadline (see {@link #withTimeout}; 10 s by default). All of them
 * throw, or complete with: {@link io.holdfast.core.NotAvailableException} (not carried out), {@link
 * io.holdfast.core.OutcomeUnknownException} (a write that was sent and not answered), {@link
 * io.holdfast.core.OverloadedException}, {@link io.holdfast.core.TooLargeException}, {@link
 * io.holdfast.core.RequestFailedException} (the machine threw). Safe from any thread, but not to be blocked on from a
 * callback's executor. Immutable.
 */
public final class ReplicatedLog {
    private final LogAccess access;
    private final Commands commands;
    private final long timeoutNanos;

    private ReplicatedLog(LogAccess access, Commands commands, long timeoutNanos) {
        this.access = access;
        this.commands = commands;
        this.timeoutNanos = timeoutNanos;
    }

    /** The log of a cluster that has been started with {@link LogReplication}. */
    public static ReplicatedLog in(HaCluster cluster) {
        LogAccess access = cluster.feature(LogAccess.class);
        return new ReplicatedLog(access, access.commands(), access.commands().defaultTimeoutNanos());
    }

    /** The same log with another deadline, counted from each call. */
    public ReplicatedLog withTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the timeout " + timeout + " is not positive");
        }
        return new ReplicatedLog(access, commands, timeout.toNanos());
    }

    /** The same log, read with another freshness; linearizable by default. */
    public ReplicatedLog reading(ReadLevel level) {
        return new ReplicatedLog(access, commands.reading(level.freshness()), timeoutNanos);
    }

    /**
     * The same log, whose writes return sooner or later; QUORUM by default. With MASTER {@link #submit} returns an empty
     * array, whatever the machine will answer.
     */
    public ReplicatedLog acknowledged(Acknowledgement acknowledgement) {
        boolean storedOnly = acknowledgement == Acknowledgement.MASTER;
        return new ReplicatedLog(access, commands.acknowledged(storedOnly), timeoutNanos);
    }

    /**
     * How far the log has come for this process: every write of it that has been answered lies before, save for those with
     * acknowledgement MASTER that are not decided yet. With {@link
     * ReadLevel#atLeast} it makes reads see those writes, also in another process that is given it.
     */
    public long position() {
        return access.position();
    }

    /** Writes a command, and returns the machine's answer. The array is not changed afterwards by the caller. */
    public byte[] submit(byte[] command) {
        return commands.write(Commands.USER, command, timeoutNanos);
    }

    /** As {@link #submit}, without blocking; completes on the cluster's callback executor. */
    public CompletableFuture<byte[]> submitAsync(byte[] command) {
        return commands.writeAsync(Commands.USER, command, timeoutNanos);
    }

    /** Asks the machine about its state. */
    public byte[] query(byte[] request) {
        return commands.read(Commands.USER, request, timeoutNanos);
    }

    /** As {@link #query}, without blocking. */
    public CompletableFuture<byte[]> queryAsync(byte[] request) {
        return commands.readAsync(Commands.USER, request, timeoutNanos);
    }

    /** The state of the log as this process sees it, at most half a second old. */
    public LogStatus status() {
        return access.status();
    }
}
