package io.holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicatedCounterTest {
    private final LocalCommands commands = new LocalCommands();
    private final ReplicatedCounter counter = ReplicatedCounter.over(commands, "hits");

    @Test
    void itCountsFromZero() throws Exception {
        assertEquals(0, counter.get());
        assertEquals(1, counter.incrementAndGet());
        assertEquals(1, counter.getAndIncrement());
        assertEquals(12, counter.addAndGet(10));
        assertEquals(-8, counter.addAndGetAsync(-20).get());
        assertEquals(-8, counter.getAsync().get());
        counter.reset();
        assertEquals(0, counter.get());
    }

    @Test
    void eachNameIsAnother() {
        ReplicatedCounter other = ReplicatedCounter.over(commands, "other");
        counter.addAndGet(5);
        other.addAndGet(7);
        assertEquals(5, counter.get());
        assertEquals(7, other.get());
        assertEquals("other", other.name());
        ReplicatedMap<String, Long> all =
                ReplicatedMap.over(commands, ReplicatedCounter.MAP, Codec.string(), Codec.longs());
        assertEquals(
                List.of("hits=5", "other=7"), all.scan().map(Object::toString).toList());
        assertThrows(IllegalArgumentException.class, () -> ReplicatedCounter.over(commands, " "));
    }

    @Test
    void itWrapsAround() {
        counter.addAndGet(Long.MAX_VALUE);
        assertEquals(Long.MIN_VALUE, counter.incrementAndGet());
    }

    @Test
    void theDeadlineIsTheCallers() {
        counter.withTimeout(Duration.ofSeconds(3)).incrementAndGet();
        assertEquals(3_000_000_000L, commands.lastTimeoutNanos());
        assertThrows(IllegalArgumentException.class, () -> counter.withTimeout(Duration.ZERO));
    }

    /** Somebody has put something else under its name. */
    @Test
    void whatIsNoNumberIsRefusedAndStays() {
        ReplicatedMap<String, String> map =
                ReplicatedMap.over(commands, ReplicatedCounter.MAP, Codec.string(), Codec.string());
        map.put("hits", "many");
        assertThrows(RuntimeException.class, counter::incrementAndGet);
        assertEquals("many", map.get("hits"));
    }
}
