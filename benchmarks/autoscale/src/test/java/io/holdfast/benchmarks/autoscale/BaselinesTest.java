package io.holdfast.benchmarks.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import io.holdfast.autoscale.replay.Scaler;
import io.holdfast.autoscale.replay.Scores;
import io.holdfast.autoscale.replay.ServiceSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The others' formulas, as they are published. */
class BaselinesTest {
    private int second;
    private int wanted = 4;

    private int decide(Scaler scaler, int ready, int reported, String metric, double mean) {
        second += scaler.everySeconds();
        Metric value = reported == 0 ? Metric.NONE : new Metric(reported, reported * mean, mean);
        wanted = scaler.decide(new LoadSnapshot(
                        Instant.ofEpochSecond(second), wanted, ready, wanted - ready, Map.of(metric, value)))
                .nodes();
        return wanted;
    }

    private static Hpa hpa() {
        return new Hpa(List.of(new Hpa.Goal(Load.CPU, 0.5)), 2, 100);
    }

    @Test
    void hpaScalesByTheRatioAndItsTolerance() {
        Hpa hpa = hpa();
        assertEquals(4, decide(hpa, 4, 4, Load.CPU, 0.54));
        assertEquals(8, decide(hpa, 4, 4, Load.CPU, 1.0));
        assertEquals(8, decide(hpa, 4, 4, Load.CPU, 1.0), "those that are not ready count as idle");
    }

    @Test
    void hpaAddsTheLargerOfFourAndAsManyAgainInAQuarterOfAMinute() {
        wanted = 2;
        Hpa hpa = hpa();
        assertEquals(6, decide(hpa, 2, 2, Load.CPU, 5));
        assertEquals(12, decide(hpa, 6, 6, Load.CPU, 5));
    }

    @Test
    void hpaKeepsTheLargestOfFiveMinutes() {
        Hpa hpa = hpa();
        for (int i = 0; i < 20; i++) {
            assertEquals(4, decide(hpa, 4, 4, Load.CPU, 0.1), "after " + i * 15 + " s");
        }
        assertEquals(2, decide(hpa, 4, 4, Load.CPU, 0.1), "and the least there may be");
    }

    @Test
    void hpaTakesThoseThatTellNothingForFullWhenScalingIn() {
        wanted = 10;
        Hpa hpa = hpa();
        for (int i = 0; i < 25; i++) {
            decide(hpa, wanted, Math.min(6, wanted), Load.CPU, 0.25);
        }
        assertTrue(wanted >= 6 && wanted <= 7, "six at half of the target, four at it: " + wanted);
        assertEquals(wanted, decide(hpa, wanted, 0, Load.CPU, 0), "nobody tells anything");
    }

    @Test
    void knativePanicsAtTwiceWhatIsReady() {
        Knative knative = new Knative(10, 1, 100);
        for (int i = 0; i < 30; i++) {
            assertEquals(4, decide(knative, 4, 4, Load.IN_FLIGHT, 10));
        }
        for (int i = 0; i < 3; i++) {
            decide(knative, 4, 4, Load.IN_FLIGHT, 50);
        }
        assertEquals(20, wanted, "by the last six seconds");
        for (int i = 0; i < 30; i++) {
            assertEquals(20, decide(knative, 4, 4, Load.IN_FLIGHT, 1), "no fewer in a panic");
        }
    }

    @Test
    void awsWaitsForThreeMinutesToScaleOutAndFifteenToScaleIn() {
        AwsTargetTracking aws = new AwsTargetTracking(0.5, 1, 100);
        assertEquals(4, decide(aws, 4, 4, Load.CPU, 0.75));
        assertEquals(4, decide(aws, 4, 4, Load.CPU, 0.75));
        assertEquals(6, decide(aws, 4, 4, Load.CPU, 0.75));
        for (int i = 0; i < 14; i++) {
            assertEquals(6, decide(aws, 6, 6, Load.CPU, 0.2));
        }
        assertEquals(3, decide(aws, 6, 6, Load.CPU, 0.2));
    }

    @Test
    void whoForeseesIsNeverLate() {
        for (long seed = 1; seed <= 3; seed++) {
            Scores scores = Contest.run(Contestant.FORESEEN, "flash-crowd", seed, ServiceSettings.usual(), 0.6)
                    .scores();
            assertEquals(0, scores.lateSeconds(), "seed " + seed);
        }
    }

    @Test
    void aFlashCrowdFindsUsLateForHalfTheTimeOfHpaAtMost() {
        double ours = 0;
        double hpa = 0;
        for (long seed = 201; seed <= 206; seed++) {
            ours += late(Contestant.HOLDFAST, seed);
            hpa += late(Contestant.HPA, seed);
        }
        assertTrue(ours <= 0.5 * hpa, ours + " s against " + hpa);
    }

    private static int late(Contestant contestant, long seed) {
        return Contest.run(contestant, "flash-crowd", seed, ServiceSettings.usual(), 0.6)
                .scores()
                .lateSeconds();
    }
}
