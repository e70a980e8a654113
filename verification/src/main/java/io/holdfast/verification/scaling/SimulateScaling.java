package io.holdfast.verification.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code SimulateScaling SEEDS FROM MINUTES}: storms over clusters that grow and shrink, until one of the two is used up; 0 minutes for no
 * limit. With one seed the diary of what happened is printed, too, if anything is wrong.
 */
public final class SimulateScaling {
    private SimulateScaling() {}

    /** Prints what fails, and exits with 1 if anything does. */
    public static void main(String[] args) {
        int seeds = Integer.parseInt(args[0]);
        long from = Long.parseLong(args[1]);
        int minutes = Integer.parseInt(args[2]);
        long end = minutes == 0 ? Long.MAX_VALUE : System.nanoTime() + minutes * 60_000_000_000L;
        List<Long> failed = new ArrayList<>();
        Map<String, Integer> faults = new TreeMap<>();
        long virtualNanos = 0;
        long[] sums = new long[6];
        long began = System.nanoTime();
        int done = 0;
        for (long seed = from; done < seeds && System.nanoTime() - end < 0; seed++, done++) {
            ScalingRun.Result result = ScalingRun.run(seed);
            virtualNanos += result.virtualNanos();
            int[] each = {
                result.started(), result.left(), result.stopped(), result.refused(), result.answered(), result.written()
            };
            for (int i = 0; i < each.length; i++) {
                sums[i] += each[i];
            }
            result.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
            if (!result.problems().isEmpty()) {
                failed.add(seed);
                System.out.println("seed " + seed + ":");
                if (seeds == 1) {
                    result.diary().forEach(line -> System.out.println("    " + line));
                }
                result.problems().forEach(problem -> System.out.println("  " + problem));
                System.out.println("  replay: verification/simulate.sh --scaling --seeds 1 --from " + seed);
            }
        }
        System.out.printf(
                "%d seeds of scaling from %d in %.0f s: %.1f virtual hours%n",
                done, from, (System.nanoTime() - began) / 1e9, virtualNanos / 3.6e12);
        System.out.printf(
                "%d nodes were started, %d left, %d were stopped, %d late orders refused; %d requests answered, %d writes%n",
                sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]);
        System.out.println("faults: " + faults);
        System.out.println(failed.isEmpty() ? "no violation" : failed.size() + " seeds with violations: " + failed);
        System.exit(failed.isEmpty() ? 0 : 1);
    }
}
