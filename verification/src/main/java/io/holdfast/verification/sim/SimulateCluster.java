package io.holdfast.verification.sim;

import io.holdfast.testkit.FaultKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * {@code SimulateCluster SEEDS FROM MINUTES}: storms over whole nodes, until one of the two is used up; 0 minutes for no limit.
 */
public final class SimulateCluster {
    private SimulateCluster() {}

    /** Prints what fails, and exits with 1 if anything does. */
    public static void main(String[] args) {
        int seeds = Integer.parseInt(args[0]);
        long from = Long.parseLong(args[1]);
        int minutes = Integer.parseInt(args[2]);
        long end = minutes == 0 ? Long.MAX_VALUE : System.nanoTime() + minutes * 60_000_000_000L;
        List<Long> failed = new ArrayList<>();
        Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
        long virtualNanos = 0;
        long decided = 0;
        long acknowledged = 0;
        long[] sums = new long[8];
        long began = System.nanoTime();
        int done = 0;
        for (long seed = from; done < seeds && System.nanoTime() < end; seed++, done++) {
            ClusterRun.Result result = ClusterRun.run(seed);
            SeedRun.Result storm = result.storm();
            virtualNanos += storm.virtualNanos();
            decided += storm.decided();
            acknowledged += storm.acknowledged();
            long[] each = {
                storm.changes(),
                storm.left(),
                result.replaced(),
                result.added(),
                result.deaths(),
                result.renewed(),
                result.splits(),
                result.stalls()
            };
            for (int i = 0; i < sums.length; i++) {
                sums[i] += each[i];
            }
            storm.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
            if (!storm.problems().isEmpty()) {
                failed.add(seed);
                System.out.println("seed " + seed + ":");
                storm.problems().forEach(problem -> System.out.println("  " + problem));
                System.out.println("  replay: verification/simulate.sh --cluster --seeds 1 --from " + seed);
            }
        }
        System.out.printf(
                "%d seeds of whole nodes from %d in %.0f s: %.1f virtual hours, %d commands decided, %d acknowledged%n",
                done, from, (System.nanoTime() - began) / 1e9, virtualNanos / 3.6e12, decided, acknowledged);
        System.out.printf(
                "%d changes of who votes were asked for and done, %d nodes left; the autopilot replaced %d voters and gave %d votes%n",
                sums[0], sums[1], sums[2], sums[3]);
        System.out.printf(
                "%d machines died for good, %d new ones came, %d long partitions, %d long stalls%n",
                sums[4], sums[5], sums[6], sums[7]);
        System.out.println("faults: " + faults);
        System.out.println(failed.isEmpty() ? "no violation" : failed.size() + " seeds with violations: " + failed);
        System.exit(failed.isEmpty() ? 0 : 1);
    }
}
