package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.StateMachine;
import io.holdfast.replication.session.Outcome;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's state machine on its own thread. The loop hands over what a batch holds for it at once, and gets all its
 * answers at once: two hand-offs a batch, however many entries it has.
 */
final class UserMachine {
    private static final Logger LOG = LoggerFactory.getLogger(UserMachine.class);
    static final int MAX_ANSWER_BYTES = 1 << 20;

    /** Takes an answer, on the loop. */
    interface Done {
        void accept(Outcome outcome, byte[] answer);
    }

    private record Task(StateMachine.Entry entry, Done done) {}

    private record Result(Outcome outcome, byte[] bytes) {}

    private final StateMachine machine;
    private final Worker worker;
    private final EventLoop loop;
    private List<Task> gathered = new ArrayList<>();
    private long waitingBytes;

    UserMachine(StateMachine machine, Worker worker, EventLoop loop) {
        this.machine = machine;
        this.worker = worker;
        this.loop = loop;
    }

    /** Bytes of entries handed over and not yet applied. On the loop. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** Adds an entry of the batch at hand. On the loop. */
    void gather(StateMachine.Entry entry, Done done) {
        gathered.add(new Task(entry, done));
    }

    /**
     * Hands over what has been gathered of a batch, which is kept until it is applied. On the loop.
     *
     * @param then runs on the loop after the answers
     */
    void handOver(ByteBuf batch, Runnable then) {
        if (gathered.isEmpty()) {
            return;
        }
        List<Task> tasks = gathered;
        gathered = new ArrayList<>();
        int bytes = batch.readableBytes();
        waitingBytes += bytes;
        batch.retain();
        worker.execute(() -> {
            List<Result> results = new ArrayList<>(tasks.size());
            try {
                for (Task task : tasks) {
                    results.add(apply(task.entry()));
                }
            } finally {
                batch.release();
            }
            loop.execute(() -> {
                waitingBytes -= bytes;
                for (int i = 0; i < tasks.size(); i++) {
                    tasks.get(i)
                            .done()
                            .accept(results.get(i).outcome(), results.get(i).bytes());
                }
                then.run();
            });
        });
    }

    private Result apply(StateMachine.Entry entry) {
        try {
            return checked(machine.apply(entry));
        } catch (RuntimeException e) {
            LOG.warn("the state machine refused the entry at index {}", entry.index(), e);
            return failure(e);
        }
    }

    private static Result checked(byte[] answer) {
        if (answer.length > MAX_ANSWER_BYTES) {
            return new Result(
                    Outcome.FAILED,
                    ("the state machine's answer has " + answer.length + " bytes, the limit is " + MAX_ANSWER_BYTES)
                            .getBytes(StandardCharsets.UTF_8));
        }
        return new Result(Outcome.APPLIED, answer);
    }

    private static Result failure(RuntimeException e) {
        return new Result(Outcome.FAILED, e.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Asks the machine, after everything handed over before. On the loop. */
    void query(byte[] request, Done done) {
        worker.execute(() -> {
            Result result;
            try {
                result = checked(machine.query(ByteBuffer.wrap(request)));
            } catch (RuntimeException e) {
                result = failure(e);
            }
            Result answer = result;
            loop.execute(() -> done.accept(answer.outcome(), answer.bytes()));
        });
    }
}
