package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.process.FailoverRound;
import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.results.Row;
import io.holdfast.benchmarks.subject.Profile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * From the master's death to the next acknowledged write, of Holdfast and its peers in turns. {@code FailoverBenchmark
 * DIRECTORY [--quick] [--peers a,b] [--systems a,b]}
 */
public final class FailoverBenchmark {
    private static final int ROUNDS = 10;
    private static final int QUICK_ROUNDS = 2;
    private static final double PATIENCE_MILLIS = 60_000;

    private static final int SLOW_ROUNDS = 3;
    private static final double SLOW_MILLIS = 5_000;

    private FailoverBenchmark() {}

    /** See the class. */
    public static void main(String[] args) throws IOException {
        Options options = Options.parse(args);
        List<String> names = new ArrayList<>(options.systems());
        names.removeAll(Systems.FLOORS);
        Systems systems = new Systems(options.benchmarks());
        FailoverRound round = new FailoverRound(options.scratch());
        Recording recording = new Recording(options.rows("failover"));
        for (int repeat = 1; repeat <= rounds(options); repeat++) {
            for (String profile : FailoverTables.PROFILES) {
                for (String signal : FailoverTables.SIGNALS) {
                    for (String name : names) {
                        if (isSlow(recording, name, profile, signal)) {
                            continue;
                        }
                        measure(systems, round, recording, name, profile, signal, repeat);
                        recording.save();
                    }
                }
            }
        }
        System.out.println();
        System.out.print(new FailoverTables(new Results(recording.rows())).toText());
    }

    private static int rounds(Options options) {
        return options.repeats() > 0 ? options.repeats() : options.quick() ? QUICK_ROUNDS : ROUNDS;
    }

    /** Of what takes so long again and again, a few rounds tell all there is to be told. */
    private static boolean isSlow(Recording recording, String name, String profile, String signal) {
        List<Row> rounds = recording.rows().stream()
                .filter(row -> row.system().equals(name)
                        && row.settings().equals(profile)
                        && row.work().equals(signal))
                .toList();
        return rounds.size() >= SLOW_ROUNDS && rounds.stream().allMatch(row -> row.value() > SLOW_MILLIS);
    }

    private static void measure(
            Systems systems,
            FailoverRound round,
            Recording recording,
            String name,
            String profile,
            String signal,
            int repeat) {
        try {
            OptionalDouble millis = round.run(
                    systems.get(name), Profile.valueOf(profile.toUpperCase(Locale.ROOT)), signal.substring(3));
            String metric = millis.isPresent() ? FailoverTables.WAITED : FailoverTables.NONE;
            recording.add(name, profile, signal, metric, millis.orElse(PATIENCE_MILLIS), "ms", repeat);
            System.out.printf(
                    Locale.ROOT,
                    "%2d %-13s %-8s %s  %s%n",
                    repeat,
                    name,
                    profile,
                    signal,
                    millis.isPresent()
                            ? String.format(Locale.ROOT, "%,.1f ms", millis.getAsDouble())
                            : FailoverTables.NONE);
        } catch (IOException e) {
            System.err.println("!! " + name + ", " + profile + ", " + signal + ": " + e.getMessage());
        }
    }
}
