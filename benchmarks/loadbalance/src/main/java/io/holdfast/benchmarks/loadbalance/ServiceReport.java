package io.holdfast.benchmarks.loadbalance;

import io.holdfast.benchmarks.report.BarPlot;
import io.holdfast.benchmarks.report.GeneratedPart;
import io.holdfast.benchmarks.report.Table;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.OutlierSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Runs the simulated service by every algorithm and writes what callers saw into {@code docs/load-balancing.md} and its plots: {@code
 * ServiceReport DIRECTORY [--print]}.
 */
public final class ServiceReport {
    static final List<String> ALGORITHMS = List.of(
            "round-robin", "smooth-weighted", "random", "key-hash", "bounded-key-hash", "least-request", "peak-ewma");
    private static final int SECONDS = 20;
    private static final long SEED = 20_261_129;

    private final Map<String, Map<ServiceSimulation.Scenario, ServiceSimulation.Seen>> seen = new LinkedHashMap<>();

    private ServiceReport(OutlierSettings outliers) {
        for (String algorithm : ALGORITHMS) {
            Map<ServiceSimulation.Scenario, ServiceSimulation.Seen> all =
                    new EnumMap<>(ServiceSimulation.Scenario.class);
            for (ServiceSimulation.Scenario scenario : ServiceSimulation.Scenario.values()) {
                BalancerSettings settings =
                        BalancerSettings.of(HoldfastPicks.algorithm(algorithm)).outliers(outliers);
                all.put(scenario, ServiceSimulation.run(scenario, settings, SECONDS, SEED));
            }
            seen.put(algorithm, all);
        }
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        ServiceReport alone = new ServiceReport(OutlierSettings.never());
        ServiceReport usual = new ServiceReport(OutlierSettings.usual());
        StringBuilder text = new StringBuilder();
        for (ServiceSimulation.Scenario scenario : ServiceSimulation.Scenario.values()) {
            text.append("\n**")
                    .append(scenario.words)
                    .append("**\n\n")
                    .append(table(alone, usual, scenario).toMarkdown());
        }
        if (args.length > 1 && args[1].equals("--print")) {
            System.out.println(text);
            return;
        }
        Path docs = Path.of(args[0]).resolveSibling("docs");
        alone.plot("p99, ms, by the algorithm alone", docs.resolve("performance/loadbalance-alone.svg"));
        usual.plot("p99, ms, with outliers taken out", docs.resolve("performance/loadbalance-usual.svg"));
        Path page = docs.resolve("load-balancing.md");
        Files.writeString(page, GeneratedPart.replace(Files.readString(page), "simulated service", text.toString()));
        System.out.println(text);
    }

    private static Table table(ServiceReport alone, ServiceReport usual, ServiceSimulation.Scenario scenario) {
        Table table = new Table(
                "ms",
                "p50",
                "p99",
                "p99.9",
                "errors, %",
                "to it, %",
                "with outliers out: p50",
                "p99",
                "p99.9",
                "errors, %",
                "to it, %");
        for (String algorithm : ALGORITHMS) {
            List<String> cells = new ArrayList<>(List.of(algorithm));
            cells.addAll(alone.cells(algorithm, scenario));
            cells.addAll(usual.cells(algorithm, scenario));
            table.add(cells);
        }
        return table;
    }

    private ServiceSimulation.Seen seen(String algorithm, ServiceSimulation.Scenario scenario) {
        return Objects.requireNonNull(
                Objects.requireNonNull(seen.get(algorithm)).get(scenario));
    }

    private List<String> cells(String algorithm, ServiceSimulation.Scenario scenario) {
        ServiceSimulation.Seen of = seen(algorithm, scenario);
        return List.of(
                figure("%.1f", of.millis(50)),
                figure("%.1f", of.millis(99)),
                figure("%.1f", of.millis(99.9)),
                figure("%.3f", of.errors() * 100),
                figure("%.2f", of.toVictim() * 100));
    }

    private static String figure(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private void plot(String title, Path file) throws IOException {
        BarPlot plot = new BarPlot(title, "ms", ALGORITHMS);
        for (ServiceSimulation.Scenario scenario : ServiceSimulation.Scenario.values()) {
            List<OptionalDouble> values = new ArrayList<>();
            for (String algorithm : ALGORITHMS) {
                values.add(OptionalDouble.of(seen(algorithm, scenario).millis(99)));
            }
            plot.add(scenario.words, values);
        }
        plot.write(file);
    }
}
