package io.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FaultScheduleTest {
    private static final Duration STORM = Duration.ofSeconds(60);

    @Test
    void everyKindHappensAndAllEndsWell() {
        ChatCluster cluster = new ChatCluster(1);
        FaultSettings settings = FaultSettings.everything();
        FaultSettings all =
                new FaultSettings(settings.kinds(), false, 1, settings.meanGap(), settings.maxLength(), 0.5);
        FaultSchedule schedule = cluster.schedule(all);
        schedule.begin();
        cluster.simulation.runFor(STORM);
        assertEquals(
                EnumSet.complementOf(EnumSet.of(FaultKind.DATAGRAMS_BLOCKED)),
                EnumSet.copyOf(schedule.counts().keySet()));
        assertTrue(schedule.counts().values().stream().mapToInt(count -> count).sum() > 80, "" + schedule.counts());
        schedule.end();
        assertTrue(cluster.allTalk(Duration.ofSeconds(10)), cluster.toString());
        assertEquals(List.of(), cluster.simulation.failures());
    }

    @Test
    void datagramsAreBlockedOnlyWhereThatIsAskedFor() {
        ChatCluster cluster = new ChatCluster(1);
        FaultSettings both = FaultSettings.everything().only(FaultKind.DELAY).with(FaultKind.DATAGRAMS_BLOCKED);
        FaultSchedule schedule = cluster.schedule(both);
        schedule.begin();
        boolean blocked = cluster.simulation.runUntil(() -> blocks(cluster), STORM);
        assertTrue(blocked, schedule.counts().toString());
        schedule.end();
        assertFalse(blocks(cluster));
        assertTrue(cluster.allTalk(Duration.ofSeconds(10)), cluster.toString());
        assertFalse(FaultSettings.asTcp().kinds().contains(FaultKind.DATAGRAMS_BLOCKED));
    }

    private static boolean blocks(ChatCluster cluster) {
        return cluster.simulation.nodes().stream().anyMatch(from -> cluster.simulation.nodes().stream()
                .anyMatch(to -> cluster.simulation.network().blocksDatagrams(from.id(), to.id())));
    }

    @Test
    void neverMoreNodesAreDownThanAllowed() {
        ChatCluster cluster = new ChatCluster(2);
        FaultSchedule schedule = cluster.schedule(FaultSettings.everything()
                .only(FaultKind.KILL, FaultKind.POWER_LOSS, FaultKind.TORN_WRITES)
                .withMaxDown(2)
                .withPace(Duration.ofMillis(50), Duration.ofSeconds(2)));
        schedule.begin();
        Set<Long> seen = new HashSet<>();
        long end = cluster.simulation.nowNanos() + STORM.toNanos();
        cluster.simulation.runUntil(
                () -> {
                    seen.add(cluster.down());
                    return cluster.simulation.nowNanos() >= end;
                },
                STORM);
        assertEquals(Set.of(0L, 1L, 2L), seen);
    }

    @Test
    void allMayGoDownAtOnce() {
        ChatCluster cluster = new ChatCluster(3);
        FaultSchedule schedule = cluster.schedule(FaultSettings.everything().only(FaultKind.ALL_DOWN));
        schedule.begin();
        assertTrue(cluster.simulation.runUntil(() -> cluster.down() == 5, STORM));
        schedule.end();
        assertEquals(0, cluster.down());
        cluster.simulation.runFor(STORM);
        assertEquals(0, cluster.down(), "nothing happens any more");
    }

    @Test
    void seedsDifferInKindsAndInOrder() {
        Set<List<FaultKind>> kinds = new HashSet<>();
        for (int seed = 0; seed < 10; seed++) {
            FaultSchedule schedule = new ChatCluster(seed).schedule(FaultSettings.asTcp());
            schedule.begin();
            kinds.add(schedule.kinds());
            assertFalse(schedule.kinds().contains(FaultKind.REORDERING));
        }
        assertTrue(kinds.size() > 5, "" + kinds);
    }

    @Test
    void oneSeedReplaysExactlyAndAnotherDoesNot() {
        for (int seed = 0; seed < 5; seed++) {
            String first = run(seed);
            assertEquals(first, run(seed));
            assertNotEquals(first, run(seed + 100));
        }
    }

    private static String run(long seed) {
        ChatCluster cluster = new ChatCluster(seed);
        FaultSchedule schedule = cluster.schedule(FaultSettings.everything());
        schedule.begin();
        cluster.simulation.runFor(Duration.ofSeconds(20));
        schedule.end();
        cluster.simulation.runFor(Duration.ofSeconds(5));
        assertEquals(List.of(), cluster.simulation.failures());
        return Long.toHexString(cluster.simulation.traceHash()) + " " + cluster.simulation.events() + " "
                + schedule.counts() + " " + cluster;
    }

    @Test
    void settingsAreChecked() {
        FaultSettings settings = FaultSettings.everything();
        assertThrows(IllegalArgumentException.class, () -> settings.without(FaultKind.values()));
        assertThrows(IllegalArgumentException.class, () -> settings.withMaxDown(-1));
        assertThrows(IllegalArgumentException.class, () -> settings.withPace(Duration.ZERO, Duration.ofSeconds(1)));
    }
}
