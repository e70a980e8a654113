package io.holdfast.verification.sim;

import io.holdfast.core.Grant;
import io.holdfast.testkit.SimulatedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * What is promised of roles, checked as they come and go: tokens rise; no two grants are valid at once; and where the callbacks of
 * the one before have not returned, the next grant waits for as long as they may take.
 */
final class Grants {
    /** Of roles, and of masters where all nodes are set alike. */
    static final Duration STOP_WITHIN = Duration.ofMillis(400);

    private static final class Tenure {
        final SimulatedNode machine;
        final int process;
        final Grant grant;
        final long leastWaitNanos;
        boolean ended;
        boolean seenInvalid;
        long invalidSinceNanos;

        Tenure(SimulatedNode machine, int process, Grant grant, Duration stopWithin) {
            this.machine = machine;
            this.process = process;
            this.grant = grant;
            this.leastWaitNanos = stopWithin.toNanos() * 3 / 4; // clocks differ by less than that in their rates
        }
    }

    private final LongSupplier nowNanos;
    private final Decisions decisions;
    private final Map<String, List<Tenure>> byRole = new TreeMap<>();
    private final Map<String, Long> tokens = new HashMap<>();
    private final Map<String, Integer> processes = new HashMap<>();
    private int count;

    Grants(LongSupplier nowNanos, Decisions decisions) {
        this.nowNanos = nowNanos;
        this.decisions = decisions;
    }

    /** A process begins; returns its number. */
    int started(SimulatedNode machine) {
        return processes.merge(machine.id(), 1, Integer::sum);
    }

    /** How many there were. */
    int count() {
        return count;
    }

    /** @param stopWithin how long the callbacks may go on when the grant has ended, as that node is set */
    void begin(SimulatedNode machine, int process, Grant grant, Duration stopWithin) {
        count++;
        long token = grant.token().value();
        Long before = tokens.put(grant.role(), token);
        if (before != null && before >= token) {
            decisions.violate(grant + " of " + machine.id() + " comes after one with token " + before);
        }
        List<Tenure> tenures = byRole.computeIfAbsent(grant.role(), role -> new ArrayList<>());
        look();
        for (Tenure other : tenures) {
            boolean waited =
                    other.seenInvalid && nowNanos.getAsLong() - other.invalidSinceNanos >= other.leastWaitNanos;
            if (lives(other) && !waited) {
                decisions.violate("the callbacks of " + grant + " begin at " + machine.id() + " while those of "
                        + other.grant + " at " + other.machine.id() + " may go on");
            }
        }
        tenures.add(new Tenure(machine, process, grant, stopWithin));
    }

    void end(SimulatedNode machine, int process, String role) {
        for (Tenure tenure : byRole.getOrDefault(role, List.of())) {
            if (tenure.machine.equals(machine) && tenure.process == process) {
                tenure.ended = true;
            }
        }
        look();
    }

    private boolean lives(Tenure tenure) {
        return !tenure.ended
                && tenure.machine.running()
                && processes.getOrDefault(tenure.machine.id(), 0) == tenure.process;
    }

    /** After each event. */
    void look() {
        byRole.forEach((role, tenures) -> {
            tenures.removeIf(tenure -> !lives(tenure));
            Tenure valid = null;
            for (Tenure tenure : tenures) {
                if (!tenure.grant.isValid()) {
                    if (!tenure.seenInvalid) {
                        tenure.seenInvalid = true;
                        tenure.invalidSinceNanos = nowNanos.getAsLong();
                    }
                } else if (valid == null) {
                    valid = tenure;
                } else {
                    decisions.violate(valid.grant + " of " + valid.machine.id() + " and " + tenure.grant + " of "
                            + tenure.machine.id() + " are both valid");
                }
            }
        });
    }

    /** True if somebody holds the role. */
    boolean isHeld(String role) {
        return byRole.getOrDefault(role, List.of()).stream().anyMatch(tenure -> tenure.grant.isValid());
    }

    /** Who holds it, for a report. */
    String describe(String role) {
        return role + ": "
                + byRole.getOrDefault(role, List.of()).stream()
                        .map(tenure -> tenure.grant + " of " + tenure.machine.id()
                                + (tenure.grant.isValid() ? "" : ", which has ended"))
                        .toList();
    }
}
