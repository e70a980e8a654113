package io.holdfast.benchmarks.autoscale;

import io.holdfast.autoscale.replay.Run;
import io.holdfast.autoscale.replay.Scores;
import io.holdfast.autoscale.replay.ServiceSettings;
import io.holdfast.autoscale.replay.Simulation;
import io.holdfast.autoscale.replay.SyntheticTraces;
import io.holdfast.autoscale.replay.Trace;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** All contestants on all traces by a number of seeds; a seed's service takes 30, 60 or 120 s to start a node. */
final class Contest {
    private static final List<Integer> START_UP_SECONDS = List.of(30, 60, 120);

    private final ServiceSettings service;
    private final double target;
    private final Map<Contestant, Map<String, Average>> results = new EnumMap<>(Contestant.class);

    Contest(ServiceSettings service, double target, List<Contestant> contestants, long firstSeed, int seeds) {
        this.service = service;
        this.target = target;
        for (Contestant contestant : contestants) {
            Map<String, Average> averages = new LinkedHashMap<>();
            for (String trace : SyntheticTraces.NAMES) {
                List<Scores> runs = LongStream.range(firstSeed, firstSeed + seeds)
                        .parallel()
                        .mapToObj(seed -> run(contestant, trace, seed).scores())
                        .toList();
                averages.put(trace, new Average(runs));
            }
            results.put(contestant, averages);
        }
    }

    /** One run of it. */
    Run run(Contestant contestant, String name, long seed) {
        return run(contestant, name, seed, service, target);
    }

    static Run run(Contestant contestant, String name, long seed, ServiceSettings service, double target) {
        int startUp = START_UP_SECONDS.get((int) (seed % START_UP_SECONDS.size()));
        ServiceSettings settings = service.startUp(Duration.ofSeconds(startUp));
        Trace trace = SyntheticTraces.of(name, seed, settings.perNode());
        int nodes = (int) Math.ceil(trace.rate(0) / (settings.perNode() * target));
        return Simulation.run(
                settings, trace, contestant.scaler(settings, trace, target), Math.max(Contestant.MIN, nodes), seed);
    }

    double of(Contestant contestant, String trace, ToDoubleFunction<Scores> figure) {
        return Objects.requireNonNull(
                        Objects.requireNonNull(results.get(contestant)).get(trace))
                .of(figure);
    }

    /** Over all traces. */
    double sum(Contestant contestant, ToDoubleFunction<Scores> figure) {
        return SyntheticTraces.NAMES.stream()
                .mapToDouble(trace -> of(contestant, trace, figure))
                .sum();
    }

    /** The mean of all traces. */
    double mean(Contestant contestant, ToDoubleFunction<Scores> figure) {
        return sum(contestant, figure) / SyntheticTraces.NAMES.size();
    }
}
