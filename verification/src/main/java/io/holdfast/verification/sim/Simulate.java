package io.holdfast.verification.sim;

import io.holdfast.testkit.FaultKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Runs many seeds. {@code Simulate SEEDS FROM MINUTES [shape|upgrade]}; a MINUTES of 0 means no limit. With {@code shape} voters
 * change, with {@code upgrade} the release does.
 */
public final class Simulate {
    private Simulate() {}

    /** See the class. Exits with 1 if a seed shows a violation. */
    public static void main(String[] args) {
        int seeds = Integer.parseInt(args[0]);
        long from = Long.parseLong(args[1]);
        long end = Integer.parseInt(args[2]) == 0
                ? Long.MAX_VALUE
                : System.nanoTime() + Integer.parseInt(args[2]) * 60_000_000_000L;
        String mode = args.length > 3 ? args[3] : "";
        List<Long> failed = new ArrayList<>();
        Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
        long virtualNanos = 0;
        long decided = 0;
        long acknowledged = 0;
        long restored = 0;
        long told = 0;
        long flips = 0;
        long emptyDisks = 0;
        long grants = 0;
        long locks = 0;
        long changes = 0;
        long left = 0;
        long[] upgrades = new long[3];
        long began = System.nanoTime();
        int done = 0;
        for (long seed = from; done < seeds && System.nanoTime() < end; seed++, done++) {
            SeedRun.Result result =
                    switch (mode) {
                        case "shape" -> SeedRun.runWithChangingVoters(seed);
                        case "upgrade" -> upgrade(seed, upgrades);
                        default -> SeedRun.run(seed);
                    };
            virtualNanos += result.virtualNanos();
            decided += result.decided();
            acknowledged += result.acknowledged();
            restored += result.restored();
            told += result.told();
            flips += result.flips();
            emptyDisks += result.emptyDisks();
            grants += result.grants();
            locks += result.locks();
            changes += result.changes();
            left += result.left();
            result.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
            if (!result.problems().isEmpty()) {
                failed.add(seed);
                System.out.println("seed " + seed + ":");
                result.problems().forEach(problem -> System.out.println("  " + problem));
                System.out.println("  replay: verification/simulate.sh --seeds 1 --from " + seed
                        + (mode.isEmpty() ? "" : " --" + mode));
            }
        }
        System.out.printf(
                "%d seeds from %d in %.0f s: %.1f virtual hours, %d commands decided, %d acknowledged%n",
                done, from, (System.nanoTime() - began) / 1e9, virtualNanos / 3.6e12, decided, acknowledged);
        System.out.printf(
                "%d states taken from snapshots, %d entries told to those who watch, %d bits flipped on disks, "
                        + "%d disks emptied, %d grants of mastership and roles, %d of locks%n",
                restored, told, flips, emptyDisks, grants, locks);
        if (mode.equals("shape")) {
            System.out.printf("%d changes of who votes, %d nodes left%n", changes, left);
        }
        if (mode.equals("upgrade")) {
            System.out.printf(
                    "the end of an upgrade was refused %d times, the earlier release came back %d times,"
                            + " %d entries of the later one were acknowledged%n",
                    upgrades[0], upgrades[1], upgrades[2]);
        }
        System.out.println("faults: " + faults);
        System.out.println(failed.isEmpty() ? "no violation" : failed.size() + " seeds with violations: " + failed);
        System.exit(failed.isEmpty() ? 0 : 1);
    }

    private static SeedRun.Result upgrade(long seed, long[] sums) {
        UpgradeRun.Result result = UpgradeRun.run(seed);
        sums[0] += result.refusals();
        sums[1] += result.wentBack();
        sums[2] += result.written();
        return result.storm();
    }
}
