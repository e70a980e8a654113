package io.holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConcurrentMapViewTest {
    /** A value that changes in place, as collections in values do. */
    record Basket(List<String> items) {}

    private final LocalCommands commands = new LocalCommands();
    private final ReplicatedMap<String, Long> map = ReplicatedMap.over(commands, "m", Codec.string(), Codec.longs());
    private final ConcurrentMap<String, Long> view = map.asConcurrentMap();

    @Test
    void computesAsTheJdkSays() {
        assertNull(view.compute("a", (key, present) -> null));
        assertEquals(1, view.compute("a", (key, present) -> present == null ? 1L : 0L));
        assertEquals(2, view.compute("a", (key, present) -> present + 1));
        assertNull(view.computeIfPresent("b", (key, present) -> 1L));
        assertEquals(3, view.computeIfPresent("a", (key, present) -> present + 1));
        assertEquals(3, view.computeIfAbsent("a", key -> 9L));
        assertEquals(9, view.computeIfAbsent("b", key -> 9L));
        assertNull(view.computeIfAbsent("c", key -> null));
        assertEquals(5, view.merge("a", 2L, Long::sum));
        assertEquals(2, view.merge("c", 2L, Long::sum));
        assertNull(view.merge("c", 2L, (present, given) -> null));
        assertFalse(view.containsKey("c"));
        assertNull(view.computeIfPresent("b", (key, present) -> null));
        view.replaceAll((key, present) -> present * 10);
        assertEquals(Map.of("a", 50L), view);
        assertThrows(NullPointerException.class, () -> view.replaceAll((key, present) -> null));
        assertThrows(NullPointerException.class, () -> view.merge("a", null, Long::sum));
    }

    @Test
    void storesAValueThatTheFunctionChangedInPlace() {
        ReplicatedMap<String, Basket> baskets =
                ReplicatedMap.over(commands, "baskets", Codec.string(), Codec.json(Basket.class));
        baskets.put("b", new Basket(List.of("apple")));
        baskets.asConcurrentMap().computeIfPresent("b", (key, basket) -> {
            basket.items().add("pear");
            return basket;
        });
        assertEquals(new Basket(List.of("apple", "pear")), baskets.get("b"));
    }

    @Test
    void computingTheSameValueWritesNothing() {
        view.put("a", 1L);
        int before = commands.writes();
        assertEquals(1, view.compute("a", (key, present) -> present));
        assertNull(view.compute("b", (key, present) -> present));
        assertEquals(before, commands.writes());
    }

    @Test
    void manyThreadsLoseNoIncrement() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    for (int n = 0; n < 500; n++) {
                        view.merge("counter", 1L, Long::sum);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
            assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS));
        }
        assertEquals(2_000, map.get("counter"));
    }

    @Test
    void beginsAgainWhenAnotherWasFaster() {
        view.put("a", 1L);
        AtomicInteger disturbances = new AtomicInteger(3);
        commands.beforeWrite(() -> {
            if (disturbances.getAndDecrement() > 0) {
                map.put("a", 100L + disturbances.get());
            }
        });
        List<Long> seen = new ArrayList<>();
        assertEquals(101, view.compute("a", (key, present) -> {
            seen.add(present);
            return present + 1;
        }));
        assertEquals(List.of(1L, 102L, 101L, 100L), seen);
    }

    @Test
    void givesUpWhenOthersAreAlwaysFaster() {
        view.put("a", 0L);
        AtomicInteger disturbances = new AtomicInteger();
        commands.beforeWrite(() -> map.put("a", (long) disturbances.incrementAndGet()));
        NotAvailableException refused =
                assertThrows(NotAvailableException.class, () -> view.merge("a", 1_000_000L, Long::sum));
        assertTrue(refused.getMessage().contains("\"m\""), refused.getMessage());
        assertEquals(1_000, disturbances.get());
        assertEquals(1_000, map.get("a"), "nothing of ours");
    }

    @Test
    void givesUpAtTheDeadlineAndWritesNothing() {
        view.put("a", 0L);
        int before = commands.writes();
        ConcurrentMap<String, Long> hasty =
                map.withTimeout(Duration.ofMillis(1)).asConcurrentMap();
        long startNanos = System.nanoTime();
        assertThrows(
                NotAvailableException.class,
                () -> hasty.merge("a", 1L, (present, given) -> {
                    while (System.nanoTime() - startNanos < 2_000_000) {
                        Thread.onSpinWait();
                    }
                    return present + given;
                }));
        assertEquals(before, commands.writes());
    }

    @Test
    void anUnknownOutcomeEndsTheLoopAsApplyingTwiceWouldBeWrong() {
        view.put("a", 0L);
        AtomicInteger calls = new AtomicInteger();
        RuntimeException unknown = new OutcomeUnknownException("on purpose");
        commands.beforeWrite(() -> commands.failWith(unknown));
        assertSame(
                unknown,
                assertThrows(
                        OutcomeUnknownException.class,
                        () -> view.compute("a", (key, present) -> present + calls.incrementAndGet())));
        assertEquals(1, calls.get());
    }

    @Test
    void iteratesOverManyPagesAndRemovesOnTheWay() {
        for (long i = 0; i < 2_000; i++) {
            map.put("k" + (10_000 + i), i);
        }
        assertTrue(view.values().removeIf(value -> value % 2 == 1));
        assertEquals(1_000, view.size());
        assertTrue(view.keySet().stream().allMatch(key -> map.get(key) % 2 == 0));
        view.entrySet().forEach(entry -> entry.setValue(entry.getValue() + 1));
        assertEquals(
                1_000L, map.scan().filter(entry -> entry.getValue() % 2 == 1).count());
    }

    @Test
    void removesThroughTheKeySetWithoutReadingTheWholeMap() {
        for (int i = 0; i < 2_000; i++) {
            map.put("k" + i, 1L);
        }
        int before = commands.reads();
        assertTrue(view.keySet().remove("k1999"));
        assertFalse(view.keySet().remove("k1999"));
        assertTrue(view.entrySet().remove(Map.entry("k1998", 1L)));
        assertFalse(view.entrySet().remove(Map.entry("k1997", 2L)));
        assertTrue(view.entrySet().contains(Map.entry("k1997", 1L)));
        assertEquals(before + 1, commands.reads());
        assertEquals(1_998, map.size());
    }

    @Test
    void namesWhatIsNull() {
        assertEquals(
                "the key for the map \"m\" is null",
                assertThrows(NullPointerException.class, () -> view.get(null)).getMessage());
        assertEquals(
                "the new value for the map \"m\" is null",
                assertThrows(NullPointerException.class, () -> view.replace("a", 1L, null))
                        .getMessage());
    }
}
