package io.holdfast.replication;

import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Poll;
import io.holdfast.replication.structures.ChangeRing;
import io.holdfast.replication.structures.MapMachine;
import io.holdfast.replication.structures.WatchPage;
import io.holdfast.replication.structures.WatchQuestion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A log without a log: commands are applied at once, in the order of the calls, to one machine. */
@NullMarked
final class LocalCommands implements Commands {
    static final long DEFAULT_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final MapMachine machine = new MapMachine();
    private final ChangeRing ring = new ChangeRing();
    private final List<Poll> polls = new ArrayList<>();
    private final Executor completions;
    private long index;
    private long masterNanos;
    private Freshness lastFreshness = Freshness.STRICT;
    private boolean lastStoredOnly;
    private int reads;
    private int writes;
    private long lastTimeoutNanos;
    private @Nullable RuntimeException failure;
    private @Nullable Runnable beforeWrite;
    private byte @Nullable [] fixedAnswer;

    LocalCommands() {
        this(Runnable::run);
    }

    LocalCommands(Executor completions) {
        machine.tell(ring);
        this.completions = completions;
    }

    /** Lets all later calls fail; null: no more. */
    synchronized void failWith(@Nullable RuntimeException exception) {
        failure = exception;
    }

    /** Answers all later reads with the same bytes, as no real machine would. */
    synchronized void answerReadsWith(byte[] answer) {
        fixedAnswer = answer;
    }

    /** Something that happens just before each later write that the hook itself does not make. */
    synchronized void beforeWrite(Runnable hook) {
        beforeWrite = hook;
    }

    /** Lets the log's time pass, with the next write. */
    synchronized void pass(long nanos) {
        masterNanos += nanos;
    }

    synchronized int reads() {
        return reads;
    }

    synchronized int writes() {
        return writes;
    }

    synchronized long lastTimeoutNanos() {
        return lastTimeoutNanos;
    }

    @Override
    public synchronized byte[] write(int machineId, byte[] command, long timeoutNanos) {
        Runnable hook = beforeWrite;
        if (hook != null) {
            beforeWrite = null;
            hook.run();
            beforeWrite = hook;
        }
        check(machineId, timeoutNanos);
        writes++;
        index++;
        machine.expire(index, masterNanos, Integer.MAX_VALUE);
        return machine.apply(
                new StateMachine.Entry(
                        index, 1, 0, ByteBuffer.wrap(command.clone()).asReadOnlyBuffer()),
                masterNanos);
    }

    @Override
    public CompletableFuture<byte[]> writeAsync(int machineId, byte[] command, long timeoutNanos) {
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        try {
            byte[] answer = write(machineId, command, timeoutNanos);
            completions.execute(() -> result.complete(answer));
        } catch (RuntimeException e) {
            completions.execute(() -> result.completeExceptionally(e));
        }
        return result;
    }

    @Override
    public synchronized byte[] read(int machineId, byte[] request, long timeoutNanos) {
        check(machineId, timeoutNanos);
        reads++;
        return fixedAnswer != null ? fixedAnswer : machine.query(ByteBuffer.wrap(request.clone()), index);
    }

    @Override
    public CompletableFuture<byte[]> readAsync(int machineId, byte[] request, long timeoutNanos) {
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        try {
            byte[] answer = read(machineId, request, timeoutNanos);
            completions.execute(() -> result.complete(answer));
        } catch (RuntimeException e) {
            completions.execute(() -> result.completeExceptionally(e));
        }
        return result;
    }

    @Override
    public synchronized void poll(int machineId, Poll poll) {
        if (machineId != Commands.CHANGES) {
            throw new AssertionError("machine " + machineId);
        }
        polls.add(poll);
    }

    /** Answers all questions, until there are none, or none that has an answer. */
    synchronized void answerPolls() {
        for (Poll poll : List.copyOf(polls)) {
            boolean more = true;
            while (more) {
                byte[] question = poll.question();
                byte[] page = question == null ? null : WatchPage.of(ring, WatchQuestion.read(question), index);
                more = page != null;
                RuntimeException refusal = page == null ? null : poll.answered(page);
                if (refusal != null) {
                    poll.ended(refusal);
                }
            }
        }
    }

    /** As after a snapshot. */
    synchronized void forgetChanges() {
        ring.startAfter(index);
    }

    @Override
    public Commands reading(Freshness freshness) {
        lastFreshness = freshness;
        return this;
    }

    @Override
    public Commands acknowledged(boolean storedOnly) {
        lastStoredOnly = storedOnly;
        return this;
    }

    synchronized boolean lastStoredOnly() {
        return lastStoredOnly;
    }

    synchronized Freshness lastFreshness() {
        return lastFreshness;
    }

    @Override
    public long defaultTimeoutNanos() {
        return DEFAULT_TIMEOUT_NANOS;
    }

    private void check(int machineId, long timeoutNanos) {
        if (machineId != Commands.MAPS || timeoutNanos <= 0) {
            throw new AssertionError("machine " + machineId + ", timeout " + timeoutNanos);
        }
        lastTimeoutNanos = timeoutNanos;
        if (failure != null) {
            throw failure;
        }
    }
}
