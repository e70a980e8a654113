package io.holdfast.autoscale.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Nodes that share a load evenly, in steps of a second: what is offered beyond what they can do waits, up to their patience, and the
 * rest is refused. New nodes serve after their start-up, at half their speed until they are warm; of those to go the newest go first,
 * at once.
 */
final class ServiceModel {
    private static final double COLD = 0.5;
    /** Arrivals are smoothed over so many seconds for the waiting within nodes, which does not settle sooner. */
    private static final double SETTLES = 5;

    private static final int LONG_AGO = -1_000_000_000;

    private final ServiceSettings settings;
    private final double warmSeconds;
    private final Waiting waiting;
    private final Random random;
    private final List<Integer> bornAt = new ArrayList<>();
    private final double busiest;
    private double backlog;
    private double smoothed = -1;

    /**
     * What one second was like.
     *
     * @param at which one
     * @param wanted how many nodes there were to be
     * @param serving how many served, warm or not
     * @param warm how many were warm
     * @param arrivals how many requests arrived
     * @param busy the share of their time that workers were busy
     * @param inFlight how many requests were not yet answered
     * @param late what 95 of 100 requests were answered within, in seconds
     * @param refused how many had waited too long
     */
    record Second(
            int at,
            int wanted,
            int serving,
            int warm,
            double arrivals,
            double busy,
            double inFlight,
            double late,
            double refused) {}

    ServiceModel(ServiceSettings settings, int nodes, long seed) {
        this.settings = settings;
        this.warmSeconds = ServiceSettings.seconds(settings.startUp().plus(settings.warmUp()));
        this.waiting = new Waiting(settings.workers(), ServiceSettings.seconds(settings.service()));
        this.random = new Random(seed);
        double room = ServiceSettings.seconds(settings.objective()) - 2 * ServiceSettings.seconds(settings.service());
        this.busiest = waiting.busiest(room);
        for (int i = 0; i < nodes; i++) {
            bornAt.add(LONG_AGO);
        }
    }

    /** Has so many nodes from now on. */
    void size(int nodes, int at) {
        while (bornAt.size() > nodes) {
            bornAt.remove(bornAt.size() - 1);
        }
        while (bornAt.size() < nodes) {
            bornAt.add(at);
        }
    }

    private int older(int at, double age) {
        return (int) bornAt.stream().filter(born -> at - born >= age).count();
    }

    /** One second with that rate of requests. */
    Second step(int at, double rate) {
        double startUp = ServiceSettings.seconds(settings.startUp());
        int serving = older(at, startUp);
        int warm = older(at, warmSeconds);
        double arrivals = Math.max(0, rate + Math.sqrt(rate) * random.nextGaussian());
        smoothed = smoothed < 0 ? arrivals : smoothed + (arrivals - smoothed) / SETTLES;
        double capacity = (warm + COLD * (serving - warm)) * settings.perNode();
        double most = capacity * ServiceSettings.seconds(settings.patience());
        double open = backlog + arrivals;
        double done = Math.min(open, capacity);
        double left = open - done;
        backlog = Math.min(left, most);
        double busy = capacity == 0 ? 1 : done / capacity;
        double settled = capacity == 0 ? 1 : Math.min(1, smoothed / capacity);
        double service = ServiceSettings.seconds(settings.service());
        double queued = capacity == 0 ? 0 : backlog / capacity;
        double inFlight = done * (service + waiting.mean(settled)) + backlog;
        double late = 2 * service + waiting.late(settled) + queued;
        return new Second(at, bornAt.size(), serving, warm, arrivals, busy, inFlight, late, left - backlog);
    }

    /** How long each node took that became warm in that second. */
    List<Duration> becameWarm(int at) {
        return bornAt.stream()
                .filter(born -> at - born >= warmSeconds && at - 1 - born < warmSeconds)
                .map(born -> Duration.ofSeconds(at - born))
                .toList();
    }

    /** Which share of all requests a warm node gets. */
    double shareOfWarm(Second second) {
        double parts = second.warm() + COLD * (second.serving() - second.warm());
        return parts == 0 ? 0 : 1 / parts;
    }

    /** How many nodes that rate needs for the objective. */
    int needed(double rate) {
        return (int) Math.ceil(rate / (settings.perNode() * busiest));
    }

    /** True if the objective was missed in that second. */
    boolean over(Second second) {
        return second.refused() > 0 || second.late() > ServiceSettings.seconds(settings.objective());
    }
}
