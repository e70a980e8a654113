package io.holdfast.autoscale.replay;

/** How long requests wait for one of a node's workers, by Erlang's formula of the queue M/M/c. */
final class Waiting {
    private static final double LATE = 0.05;
    private static final int STEPS = 1000;

    private final double serviceSeconds;
    private final double[] chance = new double[STEPS + 1];
    private final int workers;

    Waiting(int workers, double serviceSeconds) {
        this.workers = workers;
        this.serviceSeconds = serviceSeconds;
        for (int i = 0; i <= STEPS; i++) {
            chance[i] = chance(i / (double) STEPS);
        }
    }

    /** That a request has to wait at all. */
    private double chance(double busy) {
        double offered = workers * busy;
        double blocked = 1;
        for (int k = 1; k <= workers; k++) {
            blocked = offered * blocked / (k + offered * blocked);
        }
        return blocked / (1 - busy * (1 - blocked));
    }

    /** What 95 of 100 requests wait no longer than, in seconds, if workers are busy for that share of the time, below 1. */
    double late(double busy) {
        double share = Math.min(busy, 0.995);
        double waits = chance[(int) (share * STEPS)];
        return waits <= LATE ? 0 : StrictMath.log(waits / LATE) * serviceSeconds / (workers * (1 - share));
    }

    /** The mean wait, in seconds. */
    double mean(double busy) {
        double share = Math.min(busy, 0.995);
        return chance[(int) (share * STEPS)] * serviceSeconds / (workers * (1 - share));
    }

    /** How busy workers may be for 95 of 100 requests to wait no longer than that. */
    double busiest(double seconds) {
        double busy = 0;
        while (busy < 0.99 && late(busy + 0.001) <= seconds) {
            busy += 0.001;
        }
        return busy;
    }
}
