package io.holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.TooLargeException;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.structures.MapCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ReplicatedMapTest {

    record Order(String item, int count) {}

    private final LocalCommands commands = new LocalCommands();
    private final ReplicatedMap<String, String> map =
            ReplicatedMap.over(commands, "orders", Codec.string(), Codec.string());

    @Test
    void readsAndWrites() {
        assertNull(map.get("a"));
        assertFalse(map.containsKey("a"));
        assertTrue(map.isEmpty());
        map.put("a", "1");
        assertEquals("1", map.get("a"));
        assertTrue(map.containsKey("a"));
        assertEquals("1", map.getAndPut("a", "2"));
        assertNull(map.getAndPut("b", ""));
        assertEquals("", map.get("b"));
        assertEquals("2", map.putIfAbsent("a", "3"));
        assertNull(map.putIfAbsent("c", "3"));
        assertEquals("2", map.replace("a", "4"));
        assertNull(map.replace("x", "4"));
        assertFalse(map.containsKey("x"));
        assertEquals(3, map.size());
        assertFalse(map.isEmpty());
        assertTrue(map.remove("a"));
        assertFalse(map.remove("a"));
        assertEquals("3", map.getAndRemove("c"));
        assertNull(map.getAndRemove("c"));
        map.clear();
        assertEquals(0, map.size());
    }

    @Test
    void readsAndWritesWithoutBlocking() throws Exception {
        assertNull(done(map.getAsync("a")));
        assertNull(done(map.putAsync("a", "1")));
        assertEquals("1", done(map.getAsync("a")));
        assertTrue(done(map.containsKeyAsync("a")));
        assertEquals("1", done(map.getAndPutAsync("a", "2")));
        assertEquals("2", done(map.putIfAbsentAsync("a", "3")));
        assertEquals("2", done(map.replaceAsync("a", "4")));
        assertFalse(done(map.compareAndSetAsync("a", "3", "5")));
        assertTrue(done(map.compareAndSetAsync("a", "4", "5")));
        assertEquals(1L, done(map.sizeAsync()));
        assertFalse(done(map.isEmptyAsync()));
        assertEquals("5", done(map.getAndRemoveAsync("a")));
        assertFalse(done(map.removeAsync("a")));
        map.put("a", "1");
        assertNull(done(map.clearAsync()));
        assertTrue(map.isEmpty());
    }

    @Test
    void aBatchIsOneWriteAndCanBeRepeated() throws Exception {
        map.put("a", "1");
        int before = commands.writes();
        MapBatch<String, String> batch = map.batch().remove("a").put("b", "2").put("c", "3");
        assertEquals("1", map.get("a"), "nothing is sent before it is written");
        batch.write();
        assertEquals(before + 1, commands.writes());
        assertEquals(List.of("b", "c"), keys(map.scan()));
        assertEquals(3, batch.size());
        map.clear();
        assertNull(done(batch.put("d", "4").writeAsync()));
        assertEquals(List.of("b", "c", "d"), keys(map.scan()));
        map.batch().clear().put("e", "5").write();
        assertEquals(List.of("e"), keys(map.scan()));
        map.acknowledged(Acknowledgement.MASTER).batch().put("f", "6").write();
        assertTrue(commands.lastStoredOnly());
        assertEquals(List.of("e", "f"), keys(map.scan()));
    }

    @Test
    void aValueCanHaveATimeToLive() throws Exception {
        map.put("a", "1", Duration.ofMillis(20));
        done(map.putAsync("b", "2", Duration.ofMillis(30)));
        map.acknowledged(Acknowledgement.MASTER).put("c", "3", Duration.ofDays(3_653));
        map.batch().put("d", "4", Duration.ofMillis(1)).write();
        commands.pass(20_000_000);
        map.put("e", "5");
        assertEquals(List.of("b", "c", "e"), keys(map.scan()));
        assertNull(map.get("a"));
        assertEquals(3, map.size());
    }

    @Test
    void aTimeToLiveHasLimits() {
        int before = commands.writes();
        for (Duration wrong : List.of(
                Duration.ZERO,
                Duration.ofNanos(999_999),
                Duration.ofMillis(-5),
                Duration.ofDays(3_653).plusNanos(1),
                Duration.ofSeconds(Long.MAX_VALUE))) {
            for (Executable call : List.<Executable>of(
                    () -> map.put("a", "1", wrong), () -> map.putAsync("a", "1", wrong), () -> map.batch()
                            .put("a", "1", wrong))) {
                IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call);
                assertTrue(refused.getMessage().contains("within 1 ms to 3653 days"), refused.getMessage());
            }
        }
        assertEquals(before, commands.writes());
    }

    private static String text(MapEvent<String, String> event) {
        return event.index() + (event.isLast() ? " " : "+ ") + event.kind() + " " + event.key() + "=" + event.value();
    }

    @Test
    void aWatchTellsWhatComesAfterItsPositionAndCanBeResumed() {
        map.put("before", "0");
        assertEquals(1, map.position());
        List<String> told = new ArrayList<>();
        MapWatch watch = map.watch(event -> told.add(text(event)));
        assertEquals(1, watch.position());
        map.put("a", "1", Duration.ofMillis(5));
        ReplicatedMap.over(commands, "other", Codec.string(), Codec.string()).put("a", "x");
        map.batch().put("b", "2").remove("a").write();
        map.put("c", "3", Duration.ofMillis(5));
        commands.pass(5_000_000);
        map.clear();
        assertEquals(List.of(), told, "nothing on the caller's thread");
        commands.answerPolls();
        List<String> all = List.of(
                "2 PUT a=1", "4+ PUT b=2", "4 REMOVED a=null", "5 PUT c=3", "6+ EXPIRED c=null", "6 CLEARED null=null");
        assertEquals(all, told);
        assertEquals(6, watch.position());
        told.clear();
        map.watch(4, event -> told.add(text(event)));
        commands.answerPolls();
        assertEquals(all.subList(3, 6), told);
        assertFalse(watch.ended().isDone());
    }

    @Test
    void aListenerThatThrowsMissesNothingElse() throws Exception {
        ReplicatedMap<String, Long> numbers = ReplicatedMap.over(commands, "orders", Codec.string(), Codec.longs());
        List<String> told = new ArrayList<>();
        numbers.watch(0, event -> {
            told.add(event.key());
            if (told.size() == 1) {
                throw new IllegalStateException("on purpose");
            }
        });
        numbers.put("a", 1L);
        map.put("b", "no number");
        numbers.put("c", 3L);
        commands.answerPolls();
        assertEquals(List.of("a", "c"), told, "nor does one value that cannot be decoded end it");
    }

    @Test
    void aClosedWatchTellsNoMore() throws Exception {
        List<String> told = new ArrayList<>();
        MapWatch[] watch = new MapWatch[1];
        watch[0] = map.watch(0, event -> {
            told.add(event.key());
            watch[0].close();
        });
        map.put("a", "1");
        map.put("b", "2");
        commands.answerPolls();
        assertEquals(List.of("a"), told);
        assertEquals(1, watch[0].position());
        assertNull(done(watch[0].ended()));
        watch[0].close();
        List<String> others = new ArrayList<>();
        map.watch(watch[0].position(), event -> others.add(event.key()));
        commands.answerPolls();
        assertEquals(List.of("b"), others);
    }

    @Test
    void whatIsNotKeptAnyMoreEndsAWatchAndSaysSo() {
        List<String> told = new ArrayList<>();
        MapWatch watch = map.watch(0, event -> told.add(event.key()));
        map.put("a", "1");
        commands.answerPolls();
        map.put("b", "2");
        commands.forgetChanges();
        commands.answerPolls();
        assertEquals(List.of("a"), told);
        ExecutionException ended = assertThrows(ExecutionException.class, () -> done(watch.ended()));
        assertTrue(ended.getCause() instanceof WatchTooOldException, ended.toString());
        assertTrue(ended.getMessage().contains("from index 2 on are not kept"), ended.getMessage());
        map.watch(event -> told.add(event.key()));
        map.put("c", "3");
        commands.answerPolls();
        assertEquals(List.of("a", "c"), told);
        assertThrows(IllegalArgumentException.class, () -> map.watch(-1, event -> {}));
    }

    @Test
    void aBatchWithoutChangesWritesNothingAndOneTooLargeCannotBeMade() throws Exception {
        int before = commands.writes();
        map.batch().write();
        assertNull(done(map.batch().writeAsync()));
        MapBatch<String, String> batch = map.batch().put("a", "1");
        assertThrows(TooLargeException.class, () -> batch.put("b", "x".repeat(8 << 20)));
        assertThrows(NullPointerException.class, () -> batch.put(null, "1"));
        assertThrows(NullPointerException.class, () -> batch.remove(null));
        assertEquals(before, commands.writes());
        batch.write();
        assertEquals(List.of("a"), keys(map.scan()));
    }

    @Test
    void comparesBytesAndTakesNullForNone() {
        ReplicatedMap<Long, Order> orders =
                ReplicatedMap.over(commands, "by number", Codec.longs(), Codec.json(Order.class));
        assertFalse(orders.compareAndSet(1L, new Order("apple", 1), new Order("apple", 2)));
        assertTrue(orders.compareAndSet(1L, null, new Order("apple", 1)));
        assertFalse(orders.compareAndSet(1L, null, new Order("pear", 1)));
        assertTrue(orders.compareAndSet(1L, new Order("apple", 1), new Order("apple", 2)));
        assertEquals(new Order("apple", 2), orders.get(1L));
        assertTrue(orders.compareAndSet(1L, new Order("apple", 2), null));
        assertTrue(orders.isEmpty());
        assertTrue(orders.compareAndSet(1L, null, null));
        assertTrue(orders.isEmpty());
    }

    @Test
    void mapsOfOneNameAreOneAndOfTwoAreTwo() {
        ReplicatedMap<String, byte[]> same = ReplicatedMap.over(commands, "orders", Codec.string(), Codec.bytes());
        ReplicatedMap<String, String> other = ReplicatedMap.over(commands, "other", Codec.string(), Codec.string());
        map.put("a", "1");
        assertArrayEquals(new byte[] {'1'}, same.get("a"));
        assertNull(other.get("a"));
        assertEquals("orders", same.name());
    }

    @Test
    void namesWhatIsNull() {
        map.put("a", "1");
        int before = commands.writes();
        for (Executable call : List.<Executable>of(
                () -> map.get(null),
                () -> map.getAsync(null),
                () -> map.containsKey(null),
                () -> map.put(null, "1"),
                () -> map.putAsync(null, "1"),
                () -> map.putIfAbsent(null, "1"),
                () -> map.compareAndSet(null, "1", "1"),
                () -> map.remove(null),
                () -> map.getAndRemove(null))) {
            NullPointerException refused = assertThrows(NullPointerException.class, call);
            assertEquals("the key for the map \"orders\" is null", refused.getMessage());
        }
        for (Executable call : List.<Executable>of(
                () -> map.put("a", null),
                () -> map.putAsync("a", null),
                () -> map.getAndPut("a", null),
                () -> map.putIfAbsent("a", null),
                () -> map.replace("a", null))) {
            NullPointerException refused = assertThrows(NullPointerException.class, call);
            assertEquals("the value for the map \"orders\" is null", refused.getMessage());
        }
        assertThrows(NullPointerException.class, () -> map.scan(null));
        assertEquals(before, commands.writes());
    }

    @Test
    void refusesNamesThatDoNotFit() {
        for (String name : List.of("", " ", "x".repeat(256), "\u00e4".repeat(128), "\ud83d")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> ReplicatedMap.over(commands, name, Codec.string(), Codec.string()),
                    name);
        }
        ReplicatedMap.over(commands, "x".repeat(255), Codec.string(), Codec.string())
                .put("a", "1");
    }

    @Test
    void passesTheDeadlineOn() throws Exception {
        map.put("a", "1");
        assertEquals(LocalCommands.DEFAULT_TIMEOUT_NANOS, commands.lastTimeoutNanos());
        ReplicatedMap<String, String> hasty = map.withTimeout(Duration.ofMillis(5));
        for (Executable call : List.<Executable>of(
                () -> hasty.put("a", "1"),
                () -> hasty.get("a"),
                () -> done(hasty.putAsync("a", "1")),
                () -> done(hasty.getAsync("a")),
                () -> hasty.scan().toList())) {
            map.get("a");
            try {
                call.execute();
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
            assertEquals(5_000_000, commands.lastTimeoutNanos());
        }
        map.withTimeout(Duration.ofSeconds(Long.MAX_VALUE)).get("a");
        assertEquals(Long.MAX_VALUE, commands.lastTimeoutNanos());
        assertThrows(IllegalArgumentException.class, () -> map.withTimeout(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> map.withTimeout(Duration.ofMillis(-1)));
    }

    @Test
    void failuresComeAsTheyAreAlsoToCallbacks() throws Exception {
        RuntimeException failure = new OutcomeUnknownException("on purpose");
        commands.failWith(failure);
        assertSame(failure, assertThrows(OutcomeUnknownException.class, () -> map.put("a", "1")));
        assertSame(failure, assertThrows(OutcomeUnknownException.class, () -> map.get("a")));
        assertSame(failure, assertThrows(OutcomeUnknownException.class, () -> map.scan()
                .toList()));
        assertSame(failure, done(map.putAsync("a", "1").handle((nothing, error) -> error)));
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> done(map.getAsync("a")));
        assertSame(failure, thrown.getCause());
    }

    @Test
    void aValueThatCannotBeDecodedFailsTheFutureAndNamesTheReason() {
        map.put("a", "1");
        ReplicatedMap<String, Long> wrong = ReplicatedMap.over(commands, "orders", Codec.string(), Codec.longs());
        assertThrows(IllegalArgumentException.class, () -> wrong.get("a"));
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> done(wrong.getAsync("a")));
        assertTrue(thrown.getCause() instanceof IllegalArgumentException, thrown.toString());
    }

    @Test
    void scansByPrefixInOrder() {
        for (String key : List.of("b2", "a", "b", "c", "b1", "\u00e4")) {
            map.put(key, key.toUpperCase(Locale.ROOT));
        }
        assertEquals(List.of("b", "b1", "b2"), keys(map.scan("b")));
        assertEquals(List.of("a", "b", "b1", "b2", "c", "\u00e4"), keys(map.scan()));
        assertEquals(List.of(), keys(map.scan("d")));
        assertEquals(Map.entry("b1", "B1"), map.scan("b1").findFirst().orElseThrow());

        ReplicatedMap<Long, String> numbers = ReplicatedMap.over(commands, "n", Codec.longs(), Codec.string());
        for (long number : new long[] {5, -1, Long.MAX_VALUE, 0, Long.MIN_VALUE}) {
            numbers.put(number, "");
        }
        assertEquals(List.of(Long.MIN_VALUE, -1L, 0L, 5L, Long.MAX_VALUE), keys(numbers.scan()));
    }

    @Test
    void scansPageByPageAsItIsConsumed() {
        List<String> expected = new ArrayList<>();
        for (int i = 10_000; i < 12_000; i++) {
            map.put("k" + i, "v" + i);
            expected.add("k" + i);
        }
        int before = commands.reads();
        Iterator<Map.Entry<String, String>> entries = map.scan("k").iterator();
        assertEquals(before, commands.reads(), "nothing is read before it is asked for");
        assertEquals("k10000", entries.next().getKey());
        assertEquals(before + 1, commands.reads());
        // What comes behind the page is seen, what goes is not, and what stays comes once.
        map.remove("k11000");
        map.put("k11000x", "new");
        map.remove("k10001");
        List<String> seen = new ArrayList<>(List.of("k10000"));
        entries.forEachRemaining(entry -> seen.add(entry.getKey()));
        expected.set(1_000, "k11000x");
        assertEquals(expected, seen, "k10001 was on the page already");
        assertEquals(before + 4, commands.reads());
    }

    @Test
    void scansOfLargeValuesTakeMorePages() {
        String large = "x".repeat(100_000);
        for (int i = 0; i < 5; i++) {
            map.put("k" + i, large);
        }
        int before = commands.reads();
        assertEquals(
                5, map.scan().filter(entry -> entry.getValue().equals(large)).count());
        assertEquals(before + 5, commands.reads());
    }

    @Test
    void aScanThatDoesNotGetOnEndsInsteadOfGoingRound() {
        for (int i = 0; i < 1_000; i++) {
            map.put("k" + (10_000 + i), "");
        }
        commands.answerReadsWith(commands.read(
                Commands.MAPS,
                MapCommands.scan(new RawMap(commands, "orders", 1).id(), new byte[0], null, 10, 1_000),
                1));
        Iterator<Map.Entry<String, String>> entries = map.scan().iterator();
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> entries.forEachRemaining(entry -> {}));
        assertTrue(refused.getMessage().contains("\"orders\""), refused.getMessage());
    }

    @Test
    void scannedEntriesCannotBeChanged() {
        map.put("a", "1");
        Map.Entry<String, String> entry = map.scan().findFirst().orElseThrow();
        assertThrows(UnsupportedOperationException.class, () -> entry.setValue("2"));
        assertThrows(NotAvailableException.class, () -> {
            commands.failWith(new NotAvailableException("on purpose"));
            map.size();
        });
    }

    private static <K> List<K> keys(Stream<? extends Map.Entry<K, ?>> entries) {
        return entries.<K>map(Map.Entry::getKey).toList();
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }
}
