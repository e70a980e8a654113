package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.DrillCheck;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.catalog.FailingRepository;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.container.Progress;
import io.holdfast.backup.plan.DrillWork.PlaceException;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.StateMark;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.core.spi.StateTrial;
import io.holdfast.testkit.Simulation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillWorkTest {
    private final NodeRuntime runtime = new Simulation(1).node("node-1").runtime();
    private final MemoryRepository repository = new MemoryRepository();
    private FailingRepository.Hook hook = (call, name) -> {};
    private final LayerStore store = new LayerStore(
            "nas",
            FailingRepository.hooked(repository, (call, name) -> hook.before(call, name)),
            BackupKeys.none(),
            "shop",
            "node-1",
            runtime.clock(),
            runtime.random());
    private final JobWatch watch = new JobWatch(runtime.clock(), 0);
    private final AtomicLong freeMemory = new AtomicLong(1L << 40);
    private final AtomicLong collections = new AtomicLong();
    private Function<Path, StateTrial> trials = path -> new NumberTrial();

    private Map<String, DrillCheck> checks = Map.of();

    @TempDir
    Path temporary;

    private Path root;

    @BeforeEach
    void claim() {
        root = temporary.resolve("scratch").resolve("holdfast-drill-shop-node-1");
        store.claim(FencingToken.of(0, 1));
    }

    private record Written(String content, LogRange range) implements Prepared {
        @Override
        public Outcome writeTo(Parts parts) throws IOException {
            parts.put("state", false, out -> out.write(content.getBytes(StandardCharsets.UTF_8)));
            return new Outcome(Optional.of(range), Map.of(), List.of());
        }

        @Override
        public void close() {}
    }

    private Manifest state(long index) throws Exception {
        LogRange all = new LogRange("log1", 0, index, 1, 0, 1_000);
        return store.make("state", BackupKind.PHYSICAL, new Written("state of " + index, all), Progress.NONE);
    }

    private Manifest log(long from, long to) throws Exception {
        LogRange range = new LogRange("log1", from, to, 1, 1_000, 2_000);
        return store.make("state", BackupKind.LOG, new Written("log to " + to, range), Progress.NONE);
    }

    private static Optional<StateMark> mark(long index, long hash) {
        return Optional.of(new StateMark("log1", index, 1_500, Map.of("maps", hash)));
    }

    private DrillWork work() {
        DrillPlace place =
                new DrillPlace(Storage.files(), root, new HeapRoom(freeMemory::get, collections::get, 1L << 20));
        return new DrillWork("shop", "node-1", place, trials, checks, runtime.clock());
    }

    private DrillOutcome drill(long index, Optional<StateMark> mark) throws Exception {
        return drill(new Job.StateDrill("log1", index, mark, Duration.ofHours(1)));
    }

    private DrillOutcome drill(Job.Drill drill) throws Exception {
        DrillOutcome outcome = work().run(store, drill, watch);
        assertFalse(Files.exists(root), "nothing is left");
        assertEquals(outcome.record(), store.drills().get(store.drills().size() - 1));
        return outcome;
    }

    @Test
    void whatIsAsInTheClusterIsProven() throws Exception {
        Manifest backup = state(10);
        log(11, 20);
        DrillOutcome outcome = drill(15, mark(15, 15));
        DrillInfo info = outcome.record().info("nas");
        assertEquals(DrillInfo.Outcome.PROVEN, info.outcome());
        assertEquals(backup.id().toString(), info.backup());
        assertEquals(15, info.index());
        assertEquals("log1", info.logId());
        assertEquals(Optional.empty(), outcome.damaged());
        assertTrue(watch.ofBytes() > 0 && watch.storedBytes() == watch.ofBytes(), watch.storedBytes() + "");
    }

    /** Does what it is told when the log is applied. */
    private StateTrial applying(Runnable then) {
        NumberTrial trial = new NumberTrial();
        return new StateTrial() {
            @Override
            public void check() {
                trial.check();
            }

            @Override
            public Restored restore(int epoch, InputStream state, @Nullable InputStream log, long index, long millis)
                    throws IOException {
                return trial.restore(epoch, state, log, index, millis);
            }

            @Override
            public Map<String, Long> replay(LongConsumer progress) {
                then.run();
                for (int i = 0; i < 5; i++) {
                    collections.incrementAndGet();
                    progress.accept(i);
                }
                return trial.replay(progress);
            }
        };
    }

    private void assertNoRoom(String why) {
        int before = store.drills().size();
        DrillWork.PlaceException failed = assertThrows(DrillWork.PlaceException.class, () -> work().run(
                        store, new Job.StateDrill("log1", 15, mark(15, 15), Duration.ofHours(1)), watch));
        assertTrue(String.valueOf(failed.getMessage()).contains(why), failed.toString());
        assertEquals(before, store.drills().size(), "that says nothing of the backup");
        assertFalse(Files.exists(root), "nothing is left");
    }

    @Test
    void whatTheLogAddsEndsItBeforeTheHeapIsFull() throws Exception {
        state(10);
        log(11, 20);
        trials = path -> applying(() -> freeMemory.set(1000));
        assertNoRoom("the log since its backup has made that larger");
        freeMemory.set(1L << 40);
        trials = path -> applying(() -> {
            throw new OutOfMemoryError("Java heap space");
        });
        assertNoRoom("no memory any more (Java heap space)");
    }

    /** That is what a heap looks like before each collection. */
    @Test
    void whatWaitsForBeingCollectedEndsNothing() throws Exception {
        state(10);
        log(11, 20);
        AtomicLong looked = new AtomicLong();
        HeapRoom heap =
                new HeapRoom(() -> looked.incrementAndGet() % 3 == 0 ? 1L << 30 : 10, collections::get, 1L << 20);
        for (int i = 0; i < 20; i++) {
            collections.incrementAndGet();
            assertFalse(heap.isFull(), "at " + i);
        }
        HeapRoom still = new HeapRoom(() -> 10, () -> 7, 1L << 20);
        for (int i = 0; i < 20; i++) {
            assertFalse(still.isFull(), "nothing has been collected, at " + i);
        }
    }

    @Test
    void whatIsAnotherStateIsAMismatch() throws Exception {
        state(10);
        DrillOutcome outcome = drill(10, mark(10, 11));
        assertEquals(DrillInfo.Outcome.MISMATCH, outcome.record().outcome());
        assertTrue(
                outcome.record().detail().contains("its maps differ"),
                outcome.record().detail());
        assertEquals(Optional.empty(), outcome.damaged(), "the bytes are as they were stored");
    }

    @Test
    void aPartThatOnlyOneOfThemHasIsAMismatchAsWell() throws Exception {
        state(10);
        StateMark more = new StateMark("log1", 10, 1_500, Map.of("maps", 10L, "locks", 1L));
        DrillOutcome outcome = drill(10, Optional.of(more));
        assertEquals(DrillInfo.Outcome.MISMATCH, outcome.record().outcome());
        assertTrue(
                outcome.record().detail().contains("its locks differ"),
                outcome.record().detail());
    }

    @Test
    void oneByteThatWasFlippedIsNamed() throws Exception {
        Manifest backup = state(10);
        Manifest part = log(11, 20);
        String object = part.objects().get(0).name();
        repository.bytes(object)[repository.bytes(object).length / 2] ^= 4;
        DrillOutcome outcome = drill(15, mark(15, 15));
        assertEquals(DrillInfo.Outcome.FAILED, outcome.record().outcome());
        assertTrue(outcome.record().detail().contains(object), outcome.record().detail());
        assertEquals(Optional.of(part.id()), outcome.damaged());
        assertEquals(backup.id().toString(), outcome.record().backup());
        assertEquals(0, outcome.record().index());
    }

    @Test
    void aContainerThatIsGoneIsDamage() throws Exception {
        state(10);
        Manifest part = log(11, 20);
        String object = part.objects().get(0).name();
        repository.delete(object);
        DrillOutcome outcome = drill(15, mark(15, 15));
        assertEquals(DrillInfo.Outcome.FAILED, outcome.record().outcome());
        assertTrue(outcome.record().detail().contains(object), outcome.record().detail());
        assertEquals(Optional.of(part.id()), outcome.damaged());
    }

    /** What counts as damaged is deleted. */
    @Test
    void aContainerThatCannotBeReadFailsTheDrillAndCountsStill() throws Exception {
        state(10);
        String object = log(11, 20).objects().get(0).name();
        hook = (call, name) -> {
            if (call.equals("read") && name.equals(object)) {
                throw new BackupRepositoryException(BackupRepositoryException.Reason.FAILED, "a sick disk", null);
            }
        };
        DrillOutcome outcome = drill(15, mark(15, 15));
        assertEquals(DrillInfo.Outcome.FAILED, outcome.record().outcome());
        assertTrue(
                outcome.record().detail().contains("a sick disk"),
                outcome.record().detail());
        assertEquals(Optional.empty(), outcome.damaged());
    }

    @Test
    void whatTheLayerDoesNotTakeIsFoundAllTheSame() throws Exception {
        state(10);
        hook = (call, name) -> {
            if (call.equals("put") && name.startsWith("drills/")) {
                throw new BackupRepositoryException(BackupRepositoryException.Reason.NO_SPACE, "full", null);
            }
        };
        Job.Drill job = new Job.StateDrill("log1", 10, mark(10, 11), Duration.ofHours(1));
        DrillOutcome outcome = work().run(store, job, watch);
        assertEquals(DrillInfo.Outcome.MISMATCH, outcome.record().outcome());
        assertTrue(
                outcome.record().detail().contains("its maps differ"),
                outcome.record().detail());
        assertTrue(
                outcome.record().detail().contains("could not be stored"),
                outcome.record().detail());
        assertEquals(Job.Fault.LAYER, Blame.of(job, outcome.notStored().orElseThrow(), false));
        assertEquals(List.of(), store.drills());
    }

    @Test
    void whatIsMissingIsSaid() throws Exception {
        state(10);
        DrillOutcome outcome = drill(15, mark(15, 15));
        assertEquals(DrillInfo.Outcome.FAILED, outcome.record().outcome());
        assertTrue(
                outcome.record().detail().contains("up to entry 10"),
                outcome.record().detail());
        assertEquals(Optional.empty(), outcome.damaged());
    }

    @Test
    void withoutAMarkItIsRestoredAndNoMoreThanThatIsSaid() throws Exception {
        state(10);
        DrillOutcome outcome = drill(10, Optional.empty());
        assertEquals(DrillInfo.Outcome.RESTORED, outcome.record().outcome());
        assertTrue(
                outcome.record().detail().contains("compared with nothing"),
                outcome.record().detail());
    }

    @Test
    void withoutRoomInMemoryNothingIsRestoredAndTheLayerIsNotBlamed() throws Exception {
        state(10);
        freeMemory.set(1 << 20);
        PlaceException full = assertThrows(PlaceException.class, () -> drill(10, mark(10, 10)));
        assertTrue(String.valueOf(full.getMessage()).contains("-Xmx"), full.getMessage());
        Job.Drill job = new Job.StateDrill("log1", 10, Optional.empty(), Duration.ofHours(1));
        assertEquals(Job.Fault.PLACE, Blame.of(job, full, false));
        assertEquals(List.of(), store.drills());
        assertFalse(Files.exists(root));
    }

    @Test
    void whatACrashHasLeftIsRemovedAndWhatIsSomebodyElsesIsNot() throws Exception {
        state(10);
        Files.createDirectories(root.resolve("node.restoring/node/log"));
        Files.writeString(root.resolve("node.restoring/lock"), "");
        Files.writeString(root.resolve("node.restoring/node/log/0.log"), "");
        Files.createDirectories(root.resolve("node/snapshots"));
        Files.writeString(root.resolve("node/identity"), "");
        work().clear();
        assertFalse(Files.exists(root));

        Files.createDirectories(root);
        Path foreign = Files.writeString(root.resolve("thesis.txt"), "chapter 1");
        assertThrows(PlaceException.class, () -> work().run(
                        store, new Job.StateDrill("log1", 10, mark(10, 10), Duration.ofHours(1)), watch));
        assertTrue(Files.exists(foreign));
    }

    @Test
    void whatIsToldToEndHasNoOutcome() throws Exception {
        state(10);
        trials = path -> {
            watch.cancel();
            return new NumberTrial();
        };
        assertThrows(CancellationException.class, () -> drill(10, mark(10, 10)));
        assertEquals(List.of(), store.drills());
        assertFalse(Files.exists(root));
    }

    private Manifest uploads() throws Exception {
        Prepared parts = new Prepared() {
            @Override
            public Outcome writeTo(Parts to) throws IOException {
                to.put("b.tar", false, out -> out.write(new byte[100_000]));
                to.put("a/one", false, out -> out.write(new byte[] {1, 2, 3}));
                return new Outcome(Optional.empty(), Map.of(), List.of());
            }

            @Override
            public void close() {}
        };
        return store.make("uploads", BackupKind.PHYSICAL, parts, Progress.NONE);
    }

    private DrillOutcome check(Manifest backup, DrillCheck check) throws Exception {
        checks = Map.of("uploads", check);
        return drill(new Job.SourceDrill("uploads", backup.id(), Duration.ofHours(1)));
    }

    @Test
    void aCheckRestoresInAPlaceThatIsRemovedWhateverIsInIt() throws Exception {
        Manifest backup = uploads();
        Path outside = Files.writeString(temporary.resolve("outside"), "stays");
        DrillOutcome outcome = check(backup, restorable -> {
            assertEquals(List.of("a/one", "b.tar"), restorable.parts());
            assertEquals(backup.id().toString(), restorable.info().id());
            assertThrows(IllegalArgumentException.class, () -> restorable.open("c"));
            try (InputStream in = restorable.open("a/one")) {
                Files.copy(in, restorable.scratch().resolve("one"));
            }
            Path closed = Files.createDirectories(restorable.scratch().resolve("sub/closed"));
            Files.createSymbolicLink(closed.resolve("link"), outside);
            Files.createSymbolicLink(restorable.scratch().resolve("loop"), restorable.scratch());
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-x------"));
            return "three bytes";
        });
        assertEquals(DrillInfo.Outcome.PROVEN, outcome.record().outcome());
        assertEquals("three bytes", outcome.record().detail());
        assertEquals("uploads", outcome.record().source());
        assertEquals(backup.id().toString(), outcome.record().backup());
        assertEquals("stays", Files.readString(outside));
        assertEquals(watch.ofBytes(), watch.storedBytes(), "all of it was read");
    }

    @Test
    void whatACheckDidNotReadIsReadAfterIt() throws Exception {
        Manifest backup = uploads();
        String object = "data/" + backup.id() + "/b.tar";
        repository.bytes(object)[repository.bytes(object).length / 2] ^= 4;
        DrillOutcome outcome = check(backup, restorable -> "all is well");
        assertEquals(DrillInfo.Outcome.FAILED, outcome.record().outcome());
        assertTrue(outcome.record().detail().contains(object), outcome.record().detail());
        assertEquals(Optional.of(backup.id()), outcome.damaged());
    }

    @Test
    void whatACheckFindsWrongIsSaid() throws Exception {
        DrillOutcome outcome = check(uploads(), restorable -> {
            throw new IOException("2 files are missing");
        });
        assertEquals(DrillInfo.Outcome.FAILED, outcome.record().outcome());
        assertTrue(
                outcome.record().detail().contains("2 files are missing"),
                outcome.record().detail());
        assertEquals(Optional.empty(), outcome.damaged(), "the bytes are as they were stored");
    }
}
