package io.holdfast.autoscale.node;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import io.holdfast.autoscale.ScalingDecision;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecisionLogTest {
    private final DecisionLog log = new DecisionLog("node-1");

    private static ScalingDecision decision(int from, int to, boolean applied) {
        Instant at = Instant.ofEpochSecond(1_796_000_000);
        LoadSnapshot load = new LoadSnapshot(at, from, from, 0, Map.<String, Metric>of());
        return new ScalingDecision(at, load, from, to, applied, List.of(), List.of(), "so");
    }

    @Test
    void aChangeThatIsOnlyShownIsNewsOnce() {
        assertTrue(log.isNews(decision(3, 4, false)));
        assertFalse(log.isNews(decision(3, 4, false)));
        assertFalse(log.isNews(decision(3, 4, false)));
        assertTrue(log.isNews(decision(3, 5, false)), "another one");
        assertFalse(log.isNews(decision(3, 3, false)));
        assertTrue(log.isNews(decision(3, 5, false)), "it was otherwise between");
        log.clear();
        assertTrue(log.isNews(decision(3, 5, false)));
    }

    @Test
    void eachChangeThatIsMadeIsNews() {
        assertTrue(log.isNews(decision(3, 4, true)));
        assertTrue(log.isNews(decision(3, 4, true)));
        assertFalse(log.isNews(decision(4, 4, true)));
    }
}
