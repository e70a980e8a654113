package io.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.NodeRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeedTest {
    private static final int EVENTS = 2_000_000;

    /** The target is a million simple events a second; the bound leaves room for a machine that does other things. */
    @Test
    void simpleEventsAreCheap() {
        Simulation simulation = new Simulation(1);
        List<Chain> chains = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            chains.add(new Chain(simulation.node("node-" + i).runtime()));
        }
        simulation.runUntil(() -> simulation.events() >= EVENTS / 4, Duration.ofDays(1)); // warm
        long eventsBefore = simulation.events();
        long before = System.nanoTime();
        simulation.runUntil(() -> simulation.events() >= EVENTS, Duration.ofDays(1));
        double perSecond = (simulation.events() - eventsBefore) * 1e9 / (System.nanoTime() - before);
        System.out.printf("%.0f simple events a second, %d chains%n", perSecond, chains.size());
        assertTrue(perSecond > 200_000, "only " + perSecond + " events a second");
    }

    private static final class Chain implements Runnable {
        private final NodeRuntime runtime;

        Chain(NodeRuntime runtime) {
            this.runtime = runtime;
            for (int i = 0; i < 20; i++) {
                runtime.loop().execute(this);
            }
        }

        @Override
        public void run() {
            runtime.loop().execute(this);
        }
    }
}
