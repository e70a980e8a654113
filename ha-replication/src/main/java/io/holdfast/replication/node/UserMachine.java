package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.StateMachine;
import io.holdfast.replication.StateSnapshot;
import io.holdfast.replication.client.LocalCalls;
import io.holdfast.replication.client.PendingWrite;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Session;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's state machine on its own thread. The loop hands over what a batch holds for it at once, and gets all its
 * answers at once: two hand-offs a batch, however many entries it has; questions that come in one turn likewise.
 */
final class UserMachine {
    private static final Logger LOG = LoggerFactory.getLogger(UserMachine.class);
    static final int MAX_ANSWER_BYTES = 1 << 20;
    private static final int UNTOLD_BYTES = 1 << 20;

    /** Hears what has been applied. On the loop. */
    interface Events {
        void answered(long id, Session session, long sequence, Outcome outcome, byte[] answer);

        /** All of a batch have been. */
        void answeredAll();
    }

    /** Takes the answer to a question, on the loop. */
    interface Done {
        void accept(Outcome outcome, byte[] answer);
    }

    /** What has been applied and the loop has not heard of yet. */
    private record Finished(MachineWork work, ByteBuf batch) {}

    private record Question(byte[] request, Done done) {}

    private record Result(Outcome outcome, byte[] bytes) {}

    private final StateMachine machine;
    private final Worker worker;
    private final EventLoop loop;
    private final LocalCalls localCalls;
    private final ConcurrentLinkedQueue<Finished> finished = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<MachineWork> spares = new ArrayDeque<>();
    private List<Question> questions = new ArrayList<>();
    private MachineWork gathered = new MachineWork();
    private @Nullable Events events;
    private long waitingBytes;
    /** Written on the loop. */
    private volatile boolean master;
    /** An error came out of the machine. Of its own thread. */
    private boolean broken;

    /** Of the answers since it was last asked for. Of the machine's thread. */
    private long answersHash;

    private boolean allAnswersHashed = true;

    private final CRC32C crc = new CRC32C();

    /** Applied since the loop was last told. Of the machine's thread. */
    private long untoldBytes;

    UserMachine(StateMachine machine, Worker worker, EventLoop loop, LocalCalls localCalls) {
        this.machine = machine;
        this.worker = worker;
        this.loop = loop;
        this.localCalls = localCalls;
    }

    /** Whether clients may wait for what this node applies. On the loop. */
    void masterChanged(boolean nowMaster) {
        master = nowMaster;
        hear();
    }

    /** Once, before anything is handed over. */
    void events(Events listener) {
        events = listener;
    }

    /** Bytes of entries handed over and not yet applied. On the loop. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** Adds a command of the batch at hand, which lies there in {@code length} bytes from {@code offset}. On the loop. */
    void gather(long id, Session session, long sequence, long index, int offset, int length) {
        PendingWrite caller = master ? localCalls.waiting(id, sequence) : null;
        gathered.add(id, session, sequence, index, offset, length, caller);
    }

    /** Hands over what has been gathered of a batch, which is kept until it is applied. On the loop. */
    void handOver(ByteBuf batch) {
        hear();
        if (gathered.isEmpty()) {
            return;
        }
        MachineWork work = gathered;
        MachineWork spare = spares.poll();
        gathered = spare == null ? new MachineWork() : spare;
        waitingBytes += batch.readableBytes();
        batch.retain();
        worker.execute(() -> {
            if (broken) {
                return; // the node is failing; nothing may be applied behind a gap
            }
            broken = true;
            apply(work, batch);
            broken = false;
            untoldBytes += batch.readableBytes();
            boolean loopIsWaitedFor = master && !work.allAreTold();
            finished.add(new Finished(work, batch)); // and they are the loop's
            // Where nobody waits for its word, the loop hears of it when it comes round: a wake-up saved.
            if (loopIsWaitedFor || untoldBytes > UNTOLD_BYTES) {
                untoldBytes = 0;
                loop.execute(this::hear);
            }
        });
    }

    /** Takes note of what has been applied. On the loop. */
    void hear() {
        boolean any = false;
        for (Finished next = finished.poll(); next != null; next = finished.poll()) {
            applied(next.work(), next.batch());
            any = true;
        }
        if (any) {
            Objects.requireNonNull(events, "events").answeredAll();
        }
    }

    private void apply(MachineWork work, ByteBuf batch) {
        long term = Batch.term(batch);
        long wallMillis = Batch.wallMillis(batch);
        int base = batch.readerIndex();
        ByteBuffer bytes = batch.nioBuffer().asReadOnlyBuffer();
        for (int i = 0; i < work.size(); i++) {
            ByteBuffer command = bytes.slice(work.offset(i) - base, work.length(i));
            try {
                byte[] answer = machine.apply(new StateMachine.Entry(work.index(i), term, wallMillis, command));
                if (answer.length <= MAX_ANSWER_BYTES) {
                    work.answer(i, Outcome.APPLIED, answer);
                } else {
                    work.answer(i, Outcome.FAILED, tooLong(answer));
                }
            } catch (RuntimeException e) {
                LOG.warn("the state machine refused the entry at index {}", work.index(i), e);
                work.answer(i, Outcome.FAILED, e.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        tell(work);
        hash(work);
    }

    /** What a machine answers shows what its state is. Not the words of an exception, which may differ. */
    private void hash(MachineWork work) {
        for (int i = 0; i < work.size(); i++) {
            crc.reset();
            if (work.outcome(i) == Outcome.APPLIED) {
                crc.update(work.answer(i));
            }
            answersHash = 31 * (31 * answersHash + work.index(i))
                    + (crc.getValue() << 8 | work.outcome(i).code());
        }
    }

    /** Tells callers of this process, all of a batch at once: one that is claimed must not wait for a machine that hangs. */
    private void tell(MachineWork work) {
        for (int i = 0; i < work.size(); i++) {
            PendingWrite caller = work.caller(i);
            if (caller != null && work.outcome(i) == Outcome.APPLIED) {
                localCalls.applied(caller, work.answer(i), work.index(i));
            }
        }
        localCalls.appliedAll();
    }

    private void applied(MachineWork work, ByteBuf batch) {
        Events to = Objects.requireNonNull(events, "events");
        waitingBytes -= batch.readableBytes();
        batch.release();
        for (int i = 0; i < work.size(); i++) {
            to.answered(work.id(i), work.session(i), work.sequence(i), work.outcome(i), work.answer(i));
        }
        work.clear();
        spares.push(work);
    }

    private static byte[] tooLong(byte[] answer) {
        return ("the state machine's answer has " + answer.length + " bytes, the limit is " + MAX_ANSWER_BYTES)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Asks the machine, after everything handed over before. On the loop. */
    void query(byte[] request, Done done) {
        if (questions.isEmpty()) {
            loop.execute(this::ask);
        }
        questions.add(new Question(request, done));
    }

    /** Runs something on the loop when everything handed over before has been applied. On the loop. */
    void after(Runnable then) {
        worker.execute(() -> loop.execute(then));
    }

    /** Hears of a snapshot. On the loop. */
    interface Captured {
        /** Everything handed over before has been applied, and the answers have been told. */
        void captured(@Nullable StateSnapshot snapshot, @Nullable RuntimeException failure);
    }

    /** Takes a snapshot behind everything handed over before. On the loop. */
    void capture(Captured captured) {
        worker.execute(() -> {
            StateSnapshot snapshot = null;
            RuntimeException failure = null;
            try {
                snapshot = machine.snapshot();
                if (snapshot == null) {
                    failure = new IllegalStateException("snapshot() returned null");
                }
            } catch (RuntimeException e) {
                failure = e;
            }
            StateSnapshot taken = snapshot;
            RuntimeException failed = failure;
            loop.execute(() -> {
                hear();
                captured.captured(taken, failed);
            });
        });
    }

    /**
     * Tells the hash of all answers since it was last asked for, behind everything handed over before. Not the first time
     * after the state was taken from a snapshot, since some of them were given before. On the loop.
     */
    void hash(LongConsumer then) {
        worker.execute(() -> {
            long hash = answersHash;
            if (allAnswersHashed) {
                loop.execute(() -> then.accept(hash));
            }
            answersHash = 0;
            allAnswersHashed = true;
        });
    }

    /** Has the machine take its state, on its thread, and then tells the loop. On the loop. */
    void restore(Consumer<StateMachine> work, Runnable done) {
        worker.execute(() -> {
            work.accept(machine);
            answersHash = 0;
            allAnswersHashed = false;
            loop.execute(() -> {
                hear();
                done.run();
            });
        });
    }

    private void ask() {
        List<Question> asked = questions;
        questions = new ArrayList<>();
        worker.execute(() -> {
            List<Result> results = new ArrayList<>(asked.size());
            for (Question question : asked) {
                results.add(answer(question.request()));
            }
            loop.execute(() -> {
                for (int i = 0; i < asked.size(); i++) {
                    Result result = results.get(i);
                    asked.get(i).done().accept(result.outcome(), result.bytes());
                }
            });
        });
    }

    private Result answer(byte[] request) {
        try {
            byte[] answer = machine.query(ByteBuffer.wrap(request));
            return answer.length <= MAX_ANSWER_BYTES
                    ? new Result(Outcome.APPLIED, answer)
                    : new Result(Outcome.FAILED, tooLong(answer));
        } catch (RuntimeException e) {
            return new Result(Outcome.FAILED, e.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
