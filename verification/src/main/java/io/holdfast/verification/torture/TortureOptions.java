package io.holdfast.verification.torture;

import io.holdfast.verification.torture.Fault.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a run.
 *
 * @param time how long faults go on
 * @param faults which kinds
 * @param history where the history goes; null: beside the nodes' directories
 * @param seed of the timeline, the load and the nodes' settings
 * @param nodes 3 or 5
 * @param check a history to check instead of a run
 * @param keep whether the directory stays after a PASS, too
 */
record TortureOptions(
        Duration time,
        Set<Kind> faults,
        @Nullable Path history,
        long seed,
        int nodes,
        @Nullable Path check,
        boolean keep) {

    static TortureOptions parse(String... args) {
        Duration time = Duration.ofMinutes(2);
        Set<Kind> faults = EnumSet.allOf(Kind.class);
        Path history = null;
        long seed = new SplittableRandom().nextLong(1_000_000);
        int nodes = 3;
        Path check = null;
        boolean keep = false;
        for (int i = 0; i < args.length; i++) {
            String option = args[i];
            if (option.equals("--keep")) {
                keep = true;
                continue;
            }
            if (i + 1 == args.length) {
                throw new IllegalArgumentException("\"" + option + "\" is unknown, or needs a value; see --help");
            }
            String value = args[++i];
            switch (option) {
                case "--minutes" -> time = Duration.ofMillis((long) (Double.parseDouble(value) * 60_000));
                case "--faults" -> faults = Kind.parse(value);
                case "--history" -> history = Path.of(value);
                case "--seed" -> seed = Long.parseLong(value);
                case "--nodes" -> nodes = Integer.parseInt(value);
                case "--check" -> check = Path.of(value);
                default -> throw new IllegalArgumentException("unknown option " + option + "; see --help");
            }
        }
        if (nodes != 3 && nodes != 5) {
            throw new IllegalArgumentException("--nodes " + nodes + ": there are 3 or 5");
        }
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("--minutes: a run takes longer than " + time);
        }
        return new TortureOptions(time, faults, history, seed, nodes, check, keep);
    }

    /** The command that runs the same again. */
    String replay() {
        return "verification/torture.sh --minutes " + time.toMillis() / 60_000.0 + " --faults "
                + faults.stream()
                        .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(","))
                + " --seed " + seed + " --nodes " + nodes;
    }
}
