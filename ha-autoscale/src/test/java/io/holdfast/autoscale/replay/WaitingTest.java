package io.holdfast.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Erlang's formula of the queue M/M/c, against what can be worked out by hand. */
class WaitingTest {
    @Test
    void ofOneWorkerTheChanceToWaitIsTheShareThatItIsBusy() {
        // M/M/1: a mean wait of rho / (1 - rho) times the service.
        assertEquals(0.5, new Waiting(1, 0.5).mean(0.5), 1e-3);
        assertEquals(4.5, new Waiting(1, 0.5).mean(0.9), 1e-2);
    }

    @Test
    void ofTwoWorkersAtHalfItIsAThird() {
        // M/M/2 at rho 1/2: C = 1/3, and a mean wait of C / (c (1 - rho)) = 1/3 of the service.
        assertEquals(1 / 3.0, new Waiting(2, 1).mean(0.5), 1e-3);
    }

    @Test
    void fiveInAHundredWaitLonger() {
        // M/M/1 at rho 1/2: exp(-(1 - rho) t) / 2 = 0.05, so t = 2 ln 10.
        assertEquals(2 * Math.log(10), new Waiting(1, 1).late(0.5), 1e-2);
        assertEquals(0, new Waiting(8, 1).late(0.1), "hardly any waits at all");
    }

    @Test
    void theBusiestIsTheLastThatKeepsIt() {
        Waiting waiting = new Waiting(8, 0.1);
        double busiest = waiting.busiest(0.3);
        assertTrue(waiting.late(busiest) <= 0.3 && waiting.late(busiest + 0.002) > 0.3, "at " + busiest);
    }
}
