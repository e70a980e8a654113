package io.holdfast.autoscale.replay;

import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A trace through a scaler and a service. */
public final class Simulation {
    /** Requests a second that a node was sent, beside what every node tells. */
    public static final String REQUESTS = "requests";
    /** What 95 of 100 requests were answered within, in seconds. */
    public static final String LATENCY = "latency.p95";

    private final ServiceSettings settings;
    private final Trace trace;
    private final ServiceModel model;
    private final List<ServiceModel.Second> since = new ArrayList<>();
    private final Scoring scoring;

    private Simulation(ServiceSettings settings, Trace trace, int nodes, long seed) {
        this.settings = settings;
        this.trace = trace;
        this.model = new ServiceModel(settings, nodes, seed);
        this.scoring = new Scoring();
    }

    /** Runs it, from a number of nodes that suits the beginning. */
    public static Scores run(ServiceSettings settings, Trace trace, Scaler scaler, double target, long seed) {
        int nodes = (int) Math.ceil(trace.rate().applyAsDouble(0) / (settings.perNode() * target));
        return new Simulation(settings, trace, Math.max(2, nodes), seed).run(scaler);
    }

    private Scores run(Scaler scaler) {
        for (int t = 0; t < trace.seconds(); t++) {
            double rate = trace.rate().applyAsDouble(t);
            ServiceModel.Second second = model.step(t, rate);
            since.add(second);
            scoring.add(second, model.needed(rate), model.over(second));
            if ((t + 1) % scaler.everySeconds() == 0) {
                int wanted = scaler.decide(snapshot(t + 1, scaler.warmOnly()));
                if (wanted != model.wanted()) {
                    scoring.changed();
                    model.size(wanted, t + 1);
                }
                since.clear();
            }
        }
        return scoring.scores();
    }

    private double mean(java.util.function.ToDoubleFunction<ServiceModel.Second> figure) {
        return since.stream().mapToDouble(figure).average().orElse(0);
    }

    private LoadSnapshot snapshot(int at, boolean warmOnly) {
        ServiceModel.Second last = since.get(since.size() - 1);
        int ready = warmOnly ? last.warm() : last.serving();
        int reported = (int) Math.round(ready * trace.told().applyAsDouble(at - 1));
        TreeMap<String, Metric> metrics = new TreeMap<>();
        double share = last.serving() == 0 ? 0 : 1.0 / (last.warm() + 0.5 * (last.serving() - last.warm()));
        metrics.put(Load.CPU, metric(reported, mean(ServiceModel.Second::busy)));
        metrics.put(Load.IN_FLIGHT, metric(reported, mean(ServiceModel.Second::inFlight) * share));
        metrics.put(REQUESTS, metric(reported, mean(ServiceModel.Second::arrivals) * share));
        metrics.put(LATENCY, metric(reported, mean(ServiceModel.Second::late)));
        return new LoadSnapshot(Instant.ofEpochSecond(at), last.wanted(), ready, last.wanted() - ready, metrics);
    }

    private static Metric metric(int reported, double each) {
        return reported == 0 ? Metric.NONE : new Metric(reported, reported * each, each);
    }
}
