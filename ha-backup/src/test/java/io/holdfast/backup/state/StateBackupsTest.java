package io.holdfast.backup.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.LogFeed;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.StateBackups;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.RunningBackup;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.spi.LogGapException;
import io.holdfast.core.spi.LogPart;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What a node gives of its state and its log becomes backups, or nothing. */
class StateBackupsTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final MemoryRepository repository = new MemoryRepository();
    private final Catalogue catalogue = Catalogue.of(repository, BackupKeys.none());
    private final CatalogueWriter writer = catalogue.claim(FencingToken.of(0, 7), new Standing(), new Random(1));
    private final FakeState state = new FakeState();
    private final BackupSource source = StateBackups.source(state);
    private final LogFeed feed = StateBackups.log(state);

    private record Standing() implements Clock {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public long wallMillis() {
            return 1_796_000_100_000L;
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private Manifest make(BackupKind kind, Prepared prepared) throws IOException, InterruptedException {
        try (prepared;
                RunningBackup backup = writer.begin("shop", kind, source.name(), "node-2")) {
            return backup.make(prepared, List.of(), Progress.NONE);
        }
    }

    private byte[] content(Manifest manifest) throws IOException {
        assertEquals(1, manifest.objects().size());
        try (ContainerReader reader =
                catalogue.open(manifest, manifest.objects().get(0).name())) {
            return reader.readAllBytes();
        }
    }

    private Prepared prepared() throws Exception {
        return source.prepare(LIMIT).toCompletableFuture().get();
    }

    private Optional<? extends Prepared> after(long index) throws Exception {
        return feed.after(index, LIMIT).toCompletableFuture().get();
    }

    private static LogPart part(long first, long last, byte[] bytes) {
        return new LogPart(FakeState.LOG_ID, first, last, 8, 1_796_000_001_000L, 1_796_000_002_000L, bytes);
    }

    @Test
    void aCutIsOneContainerThatSaysWhichEntryItEndsWith() throws Exception {
        byte[] content = random(300_000);
        FakeState.Cut cut = new FakeState.Cut(content, content.length);
        state.cut.complete(cut);
        Manifest made = make(source.kind(), prepared());
        assertEquals(BackupKind.PHYSICAL, made.kind());
        assertEquals("state", made.source());
        assertEquals(Optional.of(new LogRange("9d0f.0", 0, 42, 7, 0, 1_796_000_000_000L)), made.range());
        assertArrayEquals(content, content(made));
        assertEquals("data/" + made.id() + "/state", made.objects().get(0).name());
        assertTrue(cut.closed > 0);
    }

    @Test
    void aCutThatIsShorterOrLongerThanItSaysIsNoBackup() throws Exception {
        List<String> before = repository.names();
        for (int length : new int[] {0, 99_999, 100_001}) {
            state.cut = CompletableFuture.completedFuture(new FakeState.Cut(random(length), 100_000));
            assertThrows(IOException.class, () -> make(source.kind(), prepared()));
            assertEquals(before, repository.names());
        }
    }

    @Test
    void aCutThatNobodyWantsAnyMoreIsLetGo() {
        CompletableFuture<?> given = source.prepare(LIMIT).toCompletableFuture();
        given.cancel(false);
        FakeState.Cut late = new FakeState.Cut(new byte[0], 0);
        state.cut.complete(late);
        assertEquals(1, late.closed);
    }

    @Test
    void whyThereIsNoCutIsSaidAsItIs() {
        NotAvailableException refused = new NotAvailableException("node-2 gives no cut of its state: it has none yet");
        state.cut.completeExceptionally(new CompletionException(refused));
        ExecutionException failed = assertThrows(ExecutionException.class, this::prepared);
        assertSame(refused, failed.getCause());
    }

    @Test
    void anInterruptEndsItAndLeavesNothing() throws Exception {
        List<String> before = repository.names();
        state.cut.complete(new FakeState.Cut(random(300_000), 300_000));
        Prepared prepared = prepared();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> make(source.kind(), prepared));
        assertFalse(Thread.currentThread().isInterrupted(), "who has thrown it has cleared it");
        assertEquals(before, repository.names());
    }

    @Test
    void aPartOfTheLogSaysWhichEntriesAndTimesItHolds() throws Exception {
        byte[] bytes = random(200_000);
        state.part.complete(part(41, 60, bytes));
        Manifest made = make(BackupKind.LOG, after(42).orElseThrow());
        assertEquals(42, state.asked);
        assertEquals(16 << 20, state.askedBytes);
        assertEquals(BackupKind.LOG, made.kind());
        assertEquals(
                Optional.of(new LogRange("9d0f.0", 41, 60, 8, 1_796_000_001_000L, 1_796_000_002_000L)), made.range());
        assertArrayEquals(bytes, content(made));
        assertEquals(Optional.of("9d0f.0"), feed.logId());
    }

    @Test
    void nothingNewIsNoPart() throws Exception {
        state.part.complete(new LogPart("", 43, 42, 0, 0, 0, new byte[0]));
        assertEquals(Optional.empty(), after(42));
    }

    @Test
    void aGapIsAFailureOfItsOwn() {
        LogGapException dropped = new LogGapException("entries up to 60 are in snapshots alone");
        state.part.completeExceptionally(dropped);
        assertSame(
                dropped, assertThrows(ExecutionException.class, () -> after(42)).getCause());
        for (LogPart wrong : Arrays.asList(part(44, 60, random(10)), part(30, 42, random(10)))) {
            state.part = CompletableFuture.completedFuture(wrong);
            Throwable gap =
                    assertThrows(ExecutionException.class, () -> after(42)).getCause();
            assertInstanceOf(LogGapException.class, gap);
            assertTrue(String.valueOf(gap.getMessage()).contains("after entry 42"), gap.toString());
        }
    }
}
