package io.holdfast.benchmarks.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Rows, asked for their medians over the repeats. */
public final class Results {
    private final List<Row> rows;

    /** Of these rows. */
    public Results(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /** The middle one of all repeats, or the mean of the two in the middle; empty if there are none. */
    public OptionalDouble median(String system, String settings, String work, String metric) {
        return median(values(system, settings, work, metric));
    }

    /** The largest of all repeats. */
    public OptionalDouble worst(String system, String settings, String work, String metric) {
        return values(system, settings, work, metric).stream()
                .mapToDouble(Double::doubleValue)
                .max();
    }

    /** Each repeat's. */
    public List<Double> values(String system, String settings, String work, String metric) {
        List<Double> values = new ArrayList<>();
        for (Row row : rows) {
            if (row.system().equals(system)
                    && row.settings().equals(settings)
                    && row.work().equals(work)
                    && row.metric().equals(metric)) {
                values.add(row.value());
            }
        }
        return values;
    }

    /** Of any values. */
    public static OptionalDouble median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        if (sorted.isEmpty()) {
            return OptionalDouble.empty();
        }
        int middle = sorted.size() / 2;
        return OptionalDouble.of(
                sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
    }

    /** Who has the largest median of those systems. */
    public Optional<Map.Entry<String, Double>> largest(
            List<String> systems, String settings, String work, String metric) {
        return medians(systems, settings, work, metric).stream().max(Map.Entry.comparingByValue());
    }

    /** Who has the smallest median of those systems. */
    public Optional<Map.Entry<String, Double>> smallest(
            List<String> systems, String settings, String work, String metric) {
        return medians(systems, settings, work, metric).stream().min(Map.Entry.comparingByValue());
    }

    private List<Map.Entry<String, Double>> medians(List<String> systems, String settings, String work, String metric) {
        List<Map.Entry<String, Double>> medians = new ArrayList<>();
        for (String system : systems) {
            median(system, settings, work, metric).ifPresent(value -> medians.add(Map.entry(system, value)));
        }
        return medians;
    }

    /** Whether there is any figure of that system. */
    public boolean knows(String system) {
        return rows.stream().anyMatch(row -> row.system().equals(system));
    }

    /** How many repeats there are. */
    public int repeats() {
        return rows.stream().mapToInt(Row::repeat).max().orElse(0);
    }

    /** All works of a system that have that metric, in the order of the rows. */
    public List<String> works(String system, String metric) {
        return rows.stream()
                .filter(row -> row.system().equals(system) && row.metric().equals(metric))
                .map(Row::work)
                .distinct()
                .toList();
    }
}
