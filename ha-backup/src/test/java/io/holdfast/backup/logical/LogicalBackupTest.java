package io.holdfast.backup.logical;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.LogicalBackup;
import io.holdfast.backup.StateBackups;
import io.holdfast.core.NotAvailableException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is chosen of maps and of a period, and what is said of it. */
class LogicalBackupTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String REMOVED = "(removed)";

    private final FakeMaps state = new FakeMaps();
    private final LogicalBackup all = StateBackups.logical("orders", "shop", state);
    private @Nullable Outcome outcome;
    private @Nullable Header header;

    @AfterEach
    void everyCutHasBeenLetGo() {
        assertEquals(0, state.cutsOpen);
    }

    private static final class Written implements BackupSource.Parts {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void put(String part, boolean compressed, BackupRepository.Content content) throws IOException {
            assertEquals("lines", part);
            assertTrue(compressed);
            content.writeTo(bytes);
        }

        @Override
        public void alive() {}
    }

    private byte[] bytes(BackupSource source) throws Exception {
        Written written = new Written();
        try (Prepared prepared = source.prepare(LIMIT).toCompletableFuture().get()) {
            outcome = prepared.writeTo(written);
        }
        return written.bytes.toByteArray();
    }

    /** Map and key, with the value. */
    private Map<String, String> lines(BackupSource source) throws Exception {
        LineReader reader = new LineReader(new ByteArrayInputStream(bytes(source)));
        Map<String, String> lines = new TreeMap<>();
        for (Line line = reader.next(); line != null; line = reader.next()) {
            byte[] value = line.value();
            String name = new String(line.map(), UTF_8) + "/" + new String(line.key(), UTF_8);
            assertNull(lines.put(name, value == null ? REMOVED : new String(value, UTF_8)), name + " is there twice");
        }
        header = reader.header();
        return lines;
    }

    private Header header() {
        return Objects.requireNonNull(header);
    }

    private Outcome outcome() {
        return Objects.requireNonNull(outcome);
    }

    private void wholeBecause(String why) {
        assertNull(header().changes());
        assertTrue(header().wholeBecause().contains(why), header().wholeBecause());
        assertTrue(outcome().remarks().get(0).contains(why), outcome().toString());
        assertEquals(0, outcome().range().orElseThrow().fromIndex());
    }

    private void fill() {
        state.put("orders", "eu-1", "a")
                .put("orders", "us-1", "b")
                .put("carts", "eu-1", "c")
                .put("stock", "x", "d");
    }

    @Test
    void allOfIt() throws Exception {
        fill();
        assertEquals(Map.of("orders/eu-1", "a", "orders/us-1", "b", "carts/eu-1", "c", "stock/x", "d"), lines(all));
        assertEquals("shop", header().cluster());
        assertEquals(4, header().index());
        assertNull(header().changes());
        assertEquals("", header().wholeBecause());
        assertEquals(
                Optional.of(new LogRange(FakeMaps.LOG_ID, 0, 4, 7, 0, FakeMaps.BEGINNING + 4)),
                outcome().range());
        assertEquals(Map.of("entries", "4", "removals", "0"), outcome().facts());
        assertEquals("orders", all.name());
        assertEquals(BackupKind.LOGICAL, all.kind());
    }

    @Test
    void chosenMapsKeysAndEntries() throws Exception {
        fill();
        assertEquals(
                Map.of("orders/eu-1", "a", "stock/x", "d"),
                lines(all.maps("orders", "stock", "none")
                        .where(entry -> !new String(entry.value(), UTF_8).equals("b"))));
        assertTrue(header().filtered());
        assertEquals(Map.of("orders/eu-1", "a", "carts/eu-1", "c"), lines(all.prefix("eu-")));
        assertEquals(Map.of(), lines(all.maps("order")));
        assertFalse(header().filtered());
    }

    @Test
    void whatAPeriodsCommandsNamedWithTheValuesAtItsEnd() throws Exception {
        fill();
        long since = state.index;
        state.put("orders", "eu-1", "a2").put("orders", "eu-2", "e").remove("orders", "us-1");
        state.put("orders", "eu-1", "a3").named("carts", "eu-1").named("orders", "never");
        state.put("orders", "eu-3", "f").remove("orders", "eu-3");
        assertEquals(
                Map.of(
                        "orders/eu-1",
                        "a3",
                        "orders/eu-2",
                        "e",
                        "orders/us-1",
                        REMOVED,
                        "orders/eu-3",
                        REMOVED,
                        "orders/never",
                        REMOVED,
                        "carts/eu-1",
                        "c"),
                lines(all.since(since)));
        assertEquals(since, Objects.requireNonNull(header().changes()).afterIndex());
        assertEquals(since + 1, outcome().range().orElseThrow().fromIndex());
        assertEquals(Map.of("entries", "3", "removals", "3"), outcome().facts());
        Map<String, String> fewer = Map.of("orders/eu-1", "a3", "orders/eu-2", "e", "orders/eu-3", REMOVED);
        assertEquals(fewer, lines(all.since(since).maps("orders").prefix("eu-")));
        assertEquals(Map.of(), lines(all.since(state.index)), "nothing has been named since");
    }

    @Test
    void ofAMapThatWasClearedAllIsTaken() throws Exception {
        fill();
        long since = state.index;
        state.put("orders", "eu-9", "gone")
                .clear("orders")
                .put("orders", "eu-2", "e")
                .put("carts", "eu-1", "c2");
        Objects.requireNonNull(state.maps.get("orders")).put("unnamed", "as if it had been there");
        assertEquals(
                Map.of("orders/eu-2", "e", "orders/unnamed", "as if it had been there", "carts/eu-1", "c2"),
                lines(all.since(since)));
        Header.Changes changes = Objects.requireNonNull(header().changes());
        assertEquals("orders", new String(changes.wholeMaps().get(0), UTF_8));
        assertTrue(outcome().remarks().get(0).contains("\"orders\""), outcome().toString());
        assertEquals(Map.of("carts/eu-1", "c2"), lines(all.maps("carts").since(since)));
        assertEquals(0, Objects.requireNonNull(header().changes()).wholeMaps().size(), "it was not asked for");
    }

    @Test
    void moreKeysThanAreAllowedMakeItAWholeOne() throws Exception {
        fill();
        long since = state.index;
        state.put("orders", "eu-2", "e").put("orders", "eu-3", "f").put("orders", "eu-3", "g");
        assertEquals(2, lines(all.since(since).keysAtMost(2)).size());
        assertNotNull(header().changes());
        assertEquals(6, lines(all.since(since).keysAtMost(1)).size());
        wholeBecause("more than 1 keys");
        assertThrows(IllegalArgumentException.class, () -> all.keysAtMost(0));
    }

    @Test
    void aLogThatDoesNotReachBackMakesItAWholeOne() throws Exception {
        fill();
        state.base = 3;
        assertEquals(1, lines(all.since(3)).size());
        assertEquals(4, lines(all.since(2)).size());
        wholeBecause("entries up to 3 are gone");
    }

    @Test
    void aLogThatIsDroppedMeanwhileMakesItAWholeOne() throws Exception {
        fill();
        Written written = new Written();
        try (Prepared prepared =
                all.since(1).prepare(LIMIT).toCompletableFuture().get()) {
            state.base = 3;
            outcome = prepared.writeTo(written);
        }
        assertTrue(
                outcome().remarks().get(0).contains("entries up to 3 are gone"),
                outcome().toString());
        assertEquals(0, outcome().range().orElseThrow().fromIndex());
        assertEquals("4", outcome().facts().get("entries"));
    }

    @Test
    void aMomentIsFoundInTheLogThatIsLeft() throws Exception {
        fill();
        state.put("orders", "eu-2", "e").put("orders", "eu-3", "f");
        Instant afterFour = Instant.ofEpochMilli(FakeMaps.BEGINNING + 4);
        Map<String, String> expected = Map.of("orders/eu-2", "e", "orders/eu-3", "f");
        assertEquals(expected, lines(all.since(afterFour)));
        assertEquals(
                FakeMaps.BEGINNING + 4,
                Objects.requireNonNull(header().changes()).afterMillis());
        state.base = 3;
        assertEquals(expected, lines(all.since(afterFour)));
        state.base = 4;
        assertEquals(6, lines(all.since(afterFour)).size());
        wholeBecause("begins with entry 5");
    }

    @Test
    void sinceTheLastOne() throws Exception {
        fill();
        AtomicReference<Optional<LogRange>> last = new AtomicReference<>(Optional.empty());
        LogicalBackup source = all.sinceLast(last::get);
        assertEquals(4, lines(source).size());
        wholeBecause("no earlier one");
        last.set(outcome().range());
        state.put("orders", "eu-2", "e");
        assertEquals(Map.of("orders/eu-2", "e"), lines(source));
        last.set(outcome().range());
        assertEquals(Map.of(), lines(source));
        last.set(Optional.of(new LogRange("another", 0, 4, 7, 0, 1)));
        assertEquals(5, lines(source).size());
        wholeBecause("of the log another");
    }

    @Test
    void aNodeThatLagsOrLeadsElsewhereGivesNone() {
        fill();
        assertThrows(NotAvailableException.class, () -> lines(all.since(9)));
        state.partsOf = "another";
        assertThrows(NotAvailableException.class, () -> lines(all.since(1)));
    }

    @Test
    void anInterruptEndsIt() {
        fill();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> lines(all));
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void aFilterOfAPeriodIsRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> all.where(entry -> true).since(3));
        assertThrows(IllegalArgumentException.class, () -> all.since(3).where(entry -> true));
        assertThrows(IllegalArgumentException.class, () -> all.since(-1));
        assertThrows(IllegalArgumentException.class, () -> StateBackups.logical("Orders", "shop", state));
    }

    /** A backup and those of the periods after it, put together, are the maps at the end. */
    @Test
    void periodsPutTogetherAreTheWhole() throws Exception {
        for (int seed = 1; seed <= 30; seed++) {
            Random random = new Random(seed);
            FakeMaps maps = new FakeMaps();
            LogicalBackup source = StateBackups.logical("orders", "shop", maps);
            Map<String, String> together = new TreeMap<>();
            long last = 0;
            for (int period = 0; period < 6; period++) {
                for (int i = random.nextInt(40); i > 0; i--) {
                    change(maps, random);
                }
                Map<String, String> lines = lines(source.since(last));
                Header.Changes changes = Objects.requireNonNull(header().changes());
                for (byte[] whole : changes.wholeMaps()) {
                    together.keySet().removeIf(name -> name.startsWith(new String(whole, UTF_8) + "/"));
                }
                together.putAll(lines);
                together.values().removeIf(REMOVED::equals);
                last = header().index();
            }
            assertEquals(lines(source), together, "seed " + seed);
        }
    }

    private static void change(FakeMaps maps, Random random) {
        String map = "m" + random.nextInt(3);
        String key = "k" + random.nextInt(20);
        switch (random.nextInt(20)) {
            case 0 -> maps.clear(map);
            case 1, 2, 3, 4 -> maps.remove(map, key);
            case 5, 6 -> maps.named(map, key);
            default -> maps.put(map, key, "v" + random.nextInt());
        }
    }
}
