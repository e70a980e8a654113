package io.holdfast.verification.torture;

import io.holdfast.verification.torture.Fault.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The timeline of faults that a seed means: window after window, with calm between them. Mostly a window strikes a minority, so
 * that the rest has to go on; now and then it strikes more. Pure: the same seed gives the same plan; who is the master when it
 * strikes is known only then, so victims are numbered from the master on.
 */
final class FaultPlan {
    /**
     * One fault.
     *
     * @param fault what
     * @param victim 0 for who is master when the window begins, 1 and up for the others
     * @param atMillis from the window's begin
     * @param forMillis how long
     * @param amount how much, as the fault has it
     */
    record Step(Fault fault, int victim, long atMillis, long forMillis, long amount) {
        long endMillis() {
            return atMillis + forMillis;
        }
    }

    /**
     * Faults that come together.
     *
     * @param number from 1
     * @param steps in no order
     * @param majority whether it may stop the cluster for as long as it lasts
     * @param calmMillis how long nothing happens afterwards
     * @param untilReady whether the calm lasts until every node is ready
     */
    record Window(int number, List<Step> steps, boolean majority, long calmMillis, boolean untilReady) {
        long endMillis() {
            return steps.stream().mapToLong(Step::endMillis).max().orElse(0);
        }
    }

    private static final int READY_EVERY = 5;

    private final SplittableRandom random;
    private final List<Fault> faults;
    private final Set<Kind> kinds;
    private final int nodes;
    private int number;

    FaultPlan(long seed, Set<Kind> kinds, int nodes) {
        this.random = new SplittableRandom(seed * 31 + 7);
        this.kinds = EnumSet.copyOf(kinds);
        this.nodes = nodes;
        this.faults = Arrays.stream(Fault.values())
                .filter(fault -> fault.kind() != Kind.CLOCK && kinds.contains(fault.kind()))
                .toList();
    }

    Window next() {
        number++;
        boolean majority = random.nextInt(7) == 0;
        int minority = (nodes - 1) / 2;
        int struck = majority ? minority + 1 + random.nextInt(nodes - minority) : 1 + random.nextInt(minority);
        List<Step> steps = new ArrayList<>();
        for (int victim : victims(struck)) {
            int together = random.nextInt(4) == 0 ? 2 : 1;
            for (int i = 0; i < together && !faults.isEmpty(); i++) {
                steps.add(step(fault(), victim));
            }
        }
        if (kinds.contains(Kind.CLOCK)) {
            clocks(steps);
        }
        long calm = random.nextInt(3) == 0 ? 2_000 + random.nextInt(3_000) : 200 + random.nextInt(1_000);
        return new Window(number, List.copyOf(steps), majority, calm, number % READY_EVERY == 0);
    }

    /** The kinds are equally frequent, however many faults they have. */
    private Fault fault() {
        List<Kind> struck = faults.stream().map(Fault::kind).distinct().toList();
        Kind kind = struck.get(random.nextInt(struck.size()));
        List<Fault> ofKind = faults.stream().filter(f -> f.kind() == kind).toList();
        return ofKind.get(random.nextInt(ofKind.size()));
    }

    /** The master as often as not. */
    private List<Integer> victims(int count) {
        List<Integer> all = new ArrayList<>();
        for (int i = 1; i < nodes; i++) {
            all.add(random.nextInt(all.size() + 1), i);
        }
        all.add(random.nextBoolean() ? 0 : all.size(), 0);
        return all.subList(0, count);
    }

    private Step step(Fault fault, int victim) {
        long at = random.nextInt(3) == 0 ? random.nextLong(2_000) : random.nextLong(200);
        return switch (fault) {
            case KILL -> new Step(fault, victim, at, random.nextLong(6_000), random.nextInt(2));
            case STOP -> new Step(fault, victim, at, stop(), 0);
            case ONE_LINK -> new Step(fault, victim, at, 500 + random.nextLong(8_000), 1 + random.nextInt(nodes - 1));
            case FLAP -> new Step(fault, victim, at, 2_000 + random.nextLong(4_000), 30 + random.nextInt(500));
            case DELAY -> new Step(fault, victim, at, 2_000 + random.nextLong(6_000), 5 + random.nextInt(250));
            case THROTTLE -> new Step(fault, victim, at, 2_000 + random.nextLong(6_000), 10 + random.nextInt(200));
            case SLOW_DISK -> new Step(fault, victim, at, 2_000 + random.nextLong(6_000), 20 + random.nextInt(600));
            default -> new Step(fault, victim, at, 300 + random.nextLong(7_000), 0);
        };
    }

    /** Around the lease, around the election time-out, or well beyond both. */
    private long stop() {
        return switch (random.nextInt(4)) {
            case 0 -> 100 + random.nextLong(900);
            case 1, 2 -> 900 + random.nextLong(2_500);
            default -> 3_000 + random.nextLong(9_000);
        };
    }

    /** Clocks harm no single node, so any number of them is off, for as long as the window lasts. */
    private void clocks(List<Step> steps) {
        long lasts = Math.max(
                2_000 + random.nextLong(4_000),
                steps.stream().mapToLong(Step::endMillis).max().orElse(0));
        for (int victim = 0; victim < nodes; victim++) {
            if (random.nextBoolean()) {
                long perMille =
                        random.nextInt(3) == 0 ? (random.nextBoolean() ? 100 : -100) : random.nextInt(201) - 100;
                steps.add(new Step(Fault.CLOCK_RATE, victim, random.nextLong(200), lasts, perMille));
            }
            if (random.nextInt(3) == 0) {
                steps.add(new Step(
                        Fault.WALL_CLOCK,
                        victim,
                        random.nextLong(1_000),
                        Math.max(1, lasts - 1_000),
                        random.nextInt(12 * 60) - 6 * 60));
            }
        }
    }
}
