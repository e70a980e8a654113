package io.holdfast.verification.gossip;

import io.holdfast.testkit.FaultKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** {@code SimulateGossip SEEDS [FROM [MINUTES]]}: storms over nodes with gossip, until one of the two is used up; 0 minutes for no limit. */
public final class SimulateGossip {
    private SimulateGossip() {}

    /** Prints what fails, and exits with 1 if anything does. */
    public static void main(String[] args) {
        int seeds = Integer.parseInt(args[0]);
        long from = args.length < 2 ? 1 : Long.parseLong(args[1]);
        int minutes = args.length < 3 ? 0 : Integer.parseInt(args[2]);
        long end = minutes == 0 ? Long.MAX_VALUE : System.nanoTime() + minutes * 60_000_000_000L;
        List<Long> failed = new ArrayList<>();
        Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
        long virtualNanos = 0;
        long began = System.nanoTime();
        int done = 0;
        for (long seed = from; done < seeds && System.nanoTime() < end; seed++, done++) {
            GossipRun.Result result = GossipRun.run(seed);
            virtualNanos += result.virtualNanos();
            result.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
            if (!result.problems().isEmpty()) {
                failed.add(seed);
                System.out.println("seed " + seed + ":");
                result.problems().forEach(problem -> System.out.println("  " + problem));
                System.out.println("  replay: verification/simulate.sh --gossip --seeds 1 --from " + seed);
            }
        }
        System.out.printf(
                "%d seeds of gossip from %d in %.0f s: %.1f virtual hours%n",
                done, from, (System.nanoTime() - began) / 1e9, virtualNanos / 3.6e12);
        System.out.println("faults: " + faults);
        System.out.println(failed.isEmpty() ? "no violation" : failed.size() + " seeds with violations: " + failed);
        System.exit(failed.isEmpty() ? 0 : 1);
    }
}
