package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Storage;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SegmentedLog;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.session.EntryKind;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Responder;
import io.holdfast.replication.structures.MapChange;
import io.holdfast.replication.structures.MapCommands;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads of each freshness on one node, whose questions to the master are seen and answered by the test. */
class ReadsTest {
    private static final Configuration VOTERS =
            Configuration.of(List.of(new Voter("node-1", new UUID(1, 1), new Address("a", 1))));

    private static final byte[] SIZE = MapCommands.size("m".getBytes(StandardCharsets.UTF_8));
    private static final long SECOND = 1_000_000_000L;

    private final ManualTasks loop = new ManualTasks();
    private final ManualTasks worker = new ManualTasks();
    private final List<Long> asked = new ArrayList<>();
    private final List<String> answers = new ArrayList<>();
    private long now = Long.MAX_VALUE - 5 * SECOND; // clocks overflow

    @TempDir
    Path directory;

    private LogStore store;
    private Applier applier;
    private LinearizableReads reads;

    private final class Asker implements Responder {
        @Override
        public void answer(long session, long sequence, Outcome outcome, byte[] answer) {}

        @Override
        public void opened(long request, long session) {}

        @Override
        public void read(long request, Outcome outcome, byte[] answer) {
            answers.add(request + " " + outcome);
        }

        @Override
        public void reached(long index) {}

        @Override
        public void flush() {}
    }

    private final class Events implements Applier.Events {
        @Override
        public void opened(long token, long session) {}

        @Override
        public void answered(long session, long sequence, Outcome outcome, byte[] answer) {}

        @Override
        public void applied(long index, int bytes) {
            reads.applied(index);
        }

        @Override
        public void configured(Configuration configuration) {}

        @Override
        public void rolesChanged() {}

        @Override
        public void locksChanged(long generation) {}

        @Override
        public void changed(MapChange change) {}

        @Override
        public void restored(long index) {}

        @Override
        public void hashed(long index, int subject, long hash) {}

        @Override
        public void answersComplete() {}
    }

    @BeforeEach
    void aNodeThatHasAppliedTwoEntries() throws Exception {
        SegmentedLog log = SegmentedLog.open(
                Storage.files(),
                directory,
                new LogOptions(64 << 10, true),
                new UUID(1, 2),
                new Random(1),
                worker,
                LogBase.NONE);
        store = new LogStore(log, worker, worker, worker, loop, true, 1 << 20, (term, index, byForce) -> {});
        applier = new Applier(
                store, worker, loop, UnpooledByteBufAllocator.DEFAULT, null, VOTERS, new Levels("a", 1), new Events());
        Clock clock = new Clock() {
            @Override
            public long nanoTime() {
                return now;
            }

            @Override
            public long wallMillis() {
                return 0;
            }
        };
        reads = new LinearizableReads(
                clock, loop, applier, input -> asked.addAll(((RaftInput.ReadRequested) input).ids()), 100);
        for (int index = 1; index <= 4; index++) {
            BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, 64);
            builder.append(EntryKind.NOOP, new byte[0]);
            ByteBuf batch = builder.seal(index, 1, 1, 1);
            store.append(Batch.meta(batch), batch);
            store.write(0);
        }
        apply(2);
    }

    private void apply(long index) {
        applier.committed(index);
        runAll();
        applier.forced();
        runAll();
        assertEquals(index, applier.applied());
    }

    private void runAll() {
        for (int turn = 0; turn < 20; turn++) {
            loop.runAll();
            worker.runAll();
        }
    }

    @AfterEach
    void end() throws Exception {
        store.close();
        worker.runAll();
    }

    private void read(long id, int kind, long bound) {
        reads.read(1, SIZE, new Freshness(kind, bound), new Asker(), id);
        runAll();
    }

    @Test
    void aLocalReadAsksNobody() {
        read(1, Freshness.LOCAL, 0);
        assertEquals(List.of("1 APPLIED"), answers);
        assertEquals(List.of(), asked);
    }

    @Test
    void aLinearizableOneAsksAndWaitsUntilThatIsApplied() {
        read(1, Freshness.LINEARIZABLE, 0);
        assertEquals(List.of(100L), asked);
        reads.ready(100, 3);
        assertEquals(List.of(), answers);
        apply(3);
        assertEquals(List.of("1 APPLIED"), answers);
    }

    @Test
    void oneThatNeedsAnIndexWaitsForItAndAsksNobody() {
        read(1, Freshness.AT_LEAST, 2);
        read(2, Freshness.AT_LEAST, 4);
        assertEquals(List.of("1 APPLIED"), answers);
        apply(3);
        assertEquals(List.of("1 APPLIED"), answers);
        apply(4);
        assertEquals(List.of("1 APPLIED", "2 APPLIED"), answers);
        assertEquals(List.of(), asked);
    }

    @Test
    void freshnessIsConfirmedAsByAReadOfNothing() {
        reads.confirm(new Freshness(Freshness.AT_LEAST, 3), 0, new Asker());
        runAll();
        assertEquals(List.of(), answers);
        apply(3);
        assertEquals(List.of("0 APPLIED"), answers);
        reads.confirm(Freshness.STRICT, 0, new Asker());
        runAll();
        assertEquals(List.of(100L), asked);
        reads.ready(100, 4);
        assertEquals(List.of("0 APPLIED"), answers);
        apply(4);
        assertEquals(List.of("0 APPLIED", "0 APPLIED"), answers);
    }

    @Test
    void soManyEntriesMayBeMissing() {
        reads.confirm(Freshness.STRICT, 2, new Asker());
        reads.confirm(Freshness.STRICT, 1, new Asker());
        runAll();
        reads.ready(100, 4);
        reads.ready(101, 4);
        assertEquals(List.of("0 APPLIED"), answers);
        apply(3);
        assertEquals(List.of("0 APPLIED", "0 APPLIED"), answers);
    }

    @Test
    void anIndexThatDoesNotComeIsGivenUp() {
        read(1, Freshness.AT_LEAST, 99);
        now += 4 * SECOND;
        reads.giveUpOldOnes();
        assertEquals(List.of("1 UNAVAILABLE"), answers);
    }

    @Test
    void oneThatMayBeStaleAsksOnceInThatTime() {
        read(1, Freshness.WITHIN, SECOND);
        assertEquals(List.of(100L), asked, "nothing is known yet");
        now += SECOND / 2; // the answer is as old as the question
        reads.ready(100, 2);
        assertEquals(List.of("1 APPLIED"), answers);
        read(2, Freshness.WITHIN, SECOND);
        now += SECOND / 2;
        read(3, Freshness.WITHIN, SECOND);
        assertEquals(List.of("1 APPLIED", "2 APPLIED", "3 APPLIED"), answers);
        assertEquals(List.of(100L), asked);
        now += 1;
        read(4, Freshness.WITHIN, SECOND);
        assertEquals(List.of(100L, 101L), asked, "more than a second ago");
        read(5, Freshness.WITHIN, 2 * SECOND);
        assertEquals(4, answers.size(), "two seconds are enough for this one");
    }

    @Test
    void whatHasToBeAppliedFirstSaysNothingOfNow() {
        read(1, Freshness.WITHIN, SECOND);
        reads.ready(100, 3); // which is not applied here
        read(2, Freshness.WITHIN, SECOND);
        assertEquals(List.of(100L, 101L), asked);
        assertEquals(List.of(), answers);
        apply(3);
        read(3, Freshness.WITHIN, SECOND);
        assertEquals(List.of("1 APPLIED", "3 APPLIED"), answers, "now it is");
    }
}
