package io.holdfast.benchmarks.loadbalance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.benchmarks.loadbalance.ServiceSimulation.Scenario;
import io.holdfast.benchmarks.loadbalance.ServiceSimulation.Seen;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.OutlierSettings;
import org.junit.jupiter.api.Test;

class ServiceSimulationTest {

    private static Seen run(Scenario scenario, Algorithm algorithm, OutlierSettings outliers) {
        return ServiceSimulation.run(scenario, BalancerSettings.of(algorithm).outliers(outliers), 10, 1);
    }

    @Test
    void theSameSeedIsTheSameRun() {
        Seen one = run(Scenario.CALM, Algorithm.peakEwma(), OutlierSettings.usual());
        Seen other = run(Scenario.CALM, Algorithm.peakEwma(), OutlierSettings.usual());
        assertEquals(one.micros(), other.micros());
        assertTrue(one.micros().getTotalCount() > 10_000);
    }

    @Test
    void withOneSlowPeakEwmasTailIsAThirdOfRoundRobins() {
        Seen turns = run(Scenario.ONE_SLOW, Algorithm.roundRobin(), OutlierSettings.never());
        Seen ewma = run(Scenario.ONE_SLOW, Algorithm.peakEwma(), OutlierSettings.never());
        assertTrue(ewma.millis(99) * 3 <= turns.millis(99), ewma.millis(99) + " ms of " + turns.millis(99));
    }

    @Test
    void theDeadAndTheStoppedGetNextToNothing() {
        for (Algorithm algorithm :
                new Algorithm[] {Algorithm.roundRobin(), Algorithm.keyHash(), Algorithm.peakEwma()}) {
            Seen dead = run(Scenario.ONE_DEAD, algorithm, OutlierSettings.usual());
            assertTrue(dead.errors() < 0.002, algorithm + " " + dead.errors());
            Seen stopped = run(Scenario.ONE_STOPPED, algorithm, OutlierSettings.usual());
            assertTrue(stopped.errors() < 0.01, algorithm + " " + stopped.errors());
        }
    }
}
