package io.holdfast.autoscale.replay;

import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * A trace through a scaler and a model of a service, second by second: nodes that take their time to start and to warm up share the
 * load; what they cannot do waits, and is refused when it has waited too long. The same arguments give the same run.
 */
public final class Simulation {
    /** Requests a second that were sent to a node. */
    public static final String REQUESTS = "requests";
    /** What 95 of 100 requests were answered within, in seconds. */
    public static final String LATENCY = "latency.p95";

    /** More than any service needs that is worth a simulation. */
    private static final int MOST_NODES = 10_000;

    private final Trace trace;
    private final Scaler scaler;
    private final ServiceModel model;
    private final Scoring scoring = new Scoring();
    private final List<ServiceModel.Second> since = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();

    private Simulation(ServiceSettings settings, Trace trace, Scaler scaler, int nodes, long seed) {
        this.trace = trace;
        this.scaler = scaler;
        this.model = new ServiceModel(settings, nodes, seed);
    }

    /**
     * Runs it.
     *
     * @param nodes how many there are at the beginning, warm
     * @param seed of the chance by which requests arrive
     */
    public static Run run(ServiceSettings settings, Trace trace, Scaler scaler, int nodes, long seed) {
        return new Simulation(settings, trace, scaler, Math.max(1, nodes), seed).run();
    }

    private Run run() {
        for (int t = 0; t < trace.seconds(); t++) {
            double rate = trace.rate(t);
            ServiceModel.Second second = model.step(t, rate);
            since.add(second);
            scoring.add(second, model.needed(rate), model.over(second));
            for (Duration took : model.becameWarm(t)) {
                scaler.started(took);
            }
            if (since.size() == scaler.everySeconds()) {
                decide(t + 1, rate);
                since.clear();
            }
        }
        return new Run(trace.name(), List.copyOf(rows), scoring.scores());
    }

    private void decide(int at, double rate) {
        ServiceModel.Second last = since.get(since.size() - 1);
        Scaler.Size size = scaler.decide(snapshot(at, last));
        int lateSeconds = (int) since.stream().filter(model::over).count();
        int nodes = Math.max(0, Math.min(MOST_NODES, size.nodes()));
        boolean changed = nodes != last.wanted();
        rows.add(new Row(
                at,
                rate,
                model.needed(rate),
                last.wanted(),
                last.serving(),
                mean(ServiceModel.Second::busy),
                mean(ServiceModel.Second::late),
                lateSeconds,
                nodes,
                changed ? size.reason() : ""));
        if (changed) {
            scoring.changed();
            model.size(nodes, at);
        }
    }

    private double mean(ToDoubleFunction<ServiceModel.Second> figure) {
        return since.stream().mapToDouble(figure).average().orElse(0);
    }

    private LoadSnapshot snapshot(int at, ServiceModel.Second last) {
        int ready = scaler.warmOnly() ? last.warm() : last.serving();
        int reported = (int) Math.round(ready * trace.told(at - 1));
        double share = model.shareOfWarm(last);
        TreeMap<String, Metric> metrics = new TreeMap<>();
        metrics.put(Load.CPU, metric(reported, mean(ServiceModel.Second::busy)));
        metrics.put(Load.IN_FLIGHT, metric(reported, mean(ServiceModel.Second::inFlight) * share));
        metrics.put(REQUESTS, metric(reported, mean(ServiceModel.Second::arrivals) * share));
        metrics.put(LATENCY, metric(reported, mean(ServiceModel.Second::late)));
        return new LoadSnapshot(
                Instant.ofEpochSecond(at), last.wanted(), ready, Math.max(0, last.wanted() - ready), metrics);
    }

    private static Metric metric(int reported, double each) {
        return reported == 0 ? Metric.NONE : new Metric(reported, reported * each, each);
    }
}
