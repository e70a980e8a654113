package io.holdfast.core.spi;

import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleHolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Replicates state from a master to slaves, or knows where that is done: a {@link RunningFeature} that implements this tells
 * others, such as a balancer, who is master and how fresh this node is. A cluster has one at the most.
 */
public interface ReplicatedState {
    /** Name of the {@linkplain io.holdfast.core.MemberFacts#load() load} by which a node tells how many seconds it is
     * behind. A hint: what was handed to a state machine of the user's counts as applied, and {@link #confirm} waits for that. */
    String LAG = "log.lag";

    /** Name of the map in which {@linkplain #record records} lie. Backups have it; it is written by no user, and loaded by nobody. */
    String RECORDS = "holdfast.records";

    /**
     * Who was announced as master last, with the token of its term; empty before anybody was. It stays until another is
     * announced, also if it has died: its successor is what counts. Safe from any thread; costs nothing.
     */
    Optional<RoleHolder> announcedMaster();

    /** Says what is run whenever another master is announced, on the loop. Called on the loop. */
    void onMaster(Runnable listener);

    /** True if this node is the master as far as it knows. Safe from any thread; costs nothing. */
    boolean isMaster();

    /**
     * An index at or after that of every write of this process that has been answered: what another process has to have applied
     * for its reads to show them. Safe from any thread; costs nothing.
     */
    long position();

    /**
     * Finds out whether this node's own state is as fresh as that, and waits for it if it is about to be. Safe from any thread.
     *
     * @return completes when it is; with {@link NotAvailableException} if it is not within {@code limit}, if the master that has
     *     to be asked is not reached, or if this process stores no state
     */
    CompletionStage<Void> confirm(Bound bound, Duration limit);

    /**
     * Which log this node stores: two logs with the same id never differ in a decided entry. A restore begins another one, and so does
     * a recovery from a lost quorum; else it stays, on all nodes alike. Empty if this process stores none, or has heard of no term yet.
     * Safe from any thread; costs nothing.
     */
    Optional<String> logId();

    /**
     * Takes a cut of this node's own state, as it is when this is called or later, while reads and writes go on. Safe from any thread.
     *
     * @param limit how long that may take
     * @return the caller's to close; completes, on {@link FeatureContext#callbacks()}, with {@link NotAvailableException} if this
     *     process stores no state, has none yet, or the cut cannot be written or not within the limit, as the message says
     */
    CompletionStage<StateCut> cut(Duration limit);

    /**
     * What this node's log has after an entry and knows to be decided, as much as is asked for: at least a batch of entries, if there
     * is one. The log from there on is kept for ten minutes for whoever asked last, so that he goes on where he was; but no more of it
     * than is kept for a slave that is away. Safe from any thread.
     *
     * @param index not negative
     * @param maxBytes 1 to 16 MiB; a single batch may be longer
     * @param limit how long that may take
     * @return completes, on {@link FeatureContext#callbacks()}, with {@link LogGapException} if what follows the entry has been dropped
     *     from the log, and with {@link NotAvailableException} if this process stores no log, has not read it yet, or it cannot be read,
     *     as the message says
     */
    CompletionStage<LogPart> logAfter(long index, int maxBytes, Duration limit);

    /** What reads the bytes of cuts and of the log. Safe from any thread; costs nothing. */
    StateContents contents();

    /**
     * The hashes of this node's own state, as it is when this is called or soon after; cheap. Safe from any thread.
     *
     * @param limit how long that may take
     * @return completes, on {@link FeatureContext#callbacks()}, with {@link NotAvailableException} if this process stores no state, or it
     *     is not at the end of an entry at present, which is another moment soon
     */
    default CompletionStage<StateMark> mark(Duration limit) {
        return CompletableFuture.failedFuture(new NotAvailableException("this process stores no state"));
    }

    /**
     * Restores for a trial. Safe from any thread; does nothing yet.
     *
     * @param directory where to; absent or empty, and nobody else's
     * @throws NotAvailableException if this process cannot
     */
    default StateTrial trial(Path directory) {
        throw new NotAvailableException("this process stores no state, and restores none");
    }

    /**
     * Reads a small record that a feature keeps in the replicated state. Linearizable. Safe from any thread but the loop.
     *
     * @param name of the feature's own: 1 to 64 letters, digits, dots and hyphens
     * @param limit how long that may take
     * @return completes, never on the loop, with what was written last, empty if nothing was; with {@link NotAvailableException} if it
     *     cannot be told now
     */
    default CompletionStage<Optional<byte[]>> record(String name, Duration limit) {
        return CompletableFuture.failedFuture(new NotAvailableException("this process stores no records"));
    }

    /**
     * Writes such a record, if it still is what it is thought to be. What it becomes is on the disks of a majority when this
     * completes. Safe from any thread but the loop.
     *
     * @param expected empty if there is to be none
     * @param value at most 1 MiB
     * @param limit how long that may take
     * @return completes, never on the loop, with whether it was as expected: if not, nothing has changed; with {@link
     *     NotAvailableException} if it was not written, and with {@link io.holdfast.core.OutcomeUnknownException} if it may have been
     */
    default CompletionStage<Boolean> replaceRecord(
            String name, Optional<byte[]> expected, byte[] value, Duration limit) {
        return CompletableFuture.failedFuture(new NotAvailableException("this process stores no records"));
    }

    /**
     * Has another node vote instead of one, by whatever rules there are. At no time are there fewer voters. Safe from any thread.
     *
     * @param from who votes now
     * @param to who is to; a learner that has the log
     * @param limit how long that may take
     * @param by who wants it, for logs
     * @return completes when it is so; with {@link io.holdfast.core.ChangeRefusedException} if the cluster would not survive it, with
     *     {@link NotAvailableException} if it did not begin in time, and with {@link io.holdfast.core.OutcomeUnknownException} if it did and is not known to
     *     be decided
     */
    default CompletionStage<Void> moveVote(String from, String to, Duration limit, String by) {
        return CompletableFuture.failedFuture(new NotAvailableException("this process knows of no votes"));
    }

    /** A place beneath this node's own directory for what can be made again, which may not exist; empty if this process stores nothing. */
    default Optional<Path> scratch() {
        return Optional.empty();
    }

    /** How fresh. */
    sealed interface Bound {
        /**
         * It has all up to an index.
         *
         * @param index such as {@link #position()} of whoever wrote, 0 for anything
         */
        record AtLeast(long index) implements Bound {}

        /**
         * It has all that had been acknowledged so long ago. Costs a question to the master unless one was asked in that time.
         *
         * @param staleness 0 for all that has been acknowledged by now
         */
        record Within(Duration staleness) implements Bound {}

        /**
         * It lacks so many of the entries that have been decided by now. Costs a question to the master.
         *
         * @param entries not negative
         */
        record Behind(long entries) implements Bound {}

        /**
         * It is the master at this moment, as a majority confirms, and of no earlier term than that.
         *
         * @param token of the master that is meant
         */
        record Master(FencingToken token) implements Bound {}
    }
}
