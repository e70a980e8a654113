package io.holdfast.verification.sim;

import io.holdfast.core.HaEvent;
import io.holdfast.core.Member;
import io.holdfast.core.ReplicaRole;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether the autopilot keeps to its rules, at every change that it begins: it is the master's, which a majority of the voters may
 * have answered just now; half a minute has passed since any autopilot began one; whom it takes a vote from was silent for as long as
 * it says, and its own membership does not see it; whom it gives one to was there.
 */
final class AutopilotWatch {
    /**
     * The shortest time after which a voter is replaced, where that is less than half a minute, less what clocks differ by, and what
     * tells of a change while its process stands still.
     */
    private static final long LEAST_PAUSE_NANOS = 6_000_000_000L;

    /** Three election time-outs and a look. */
    private static final long ANSWERED_NANOS = 4_000_000_000L;

    private static final double SLOWEST_CLOCK = 0.88;
    private static final Pattern CHANGE = Pattern.compile("(?:replace (\\S+) by|add) ([^\\s:]+): .*");

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Contacts contacts;
    private final Map<String, Long> awakeSince = new TreeMap<>();
    private final Map<String, Long> masterUntil = new TreeMap<>();
    private Duration replaceAfter = Duration.ZERO;
    private long lastNanos = Long.MIN_VALUE / 2;
    private int replaced;
    private int added;

    AutopilotWatch(Simulation simulation, SimulatedCluster cluster, Contacts contacts) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.contacts = contacts;
    }

    void begin(Duration silence) {
        replaceAfter = silence;
        look();
    }

    private void look() {
        long now = simulation.nowNanos();
        for (SimulatedNode machine : cluster.machines()) {
            if (!machine.running() || machine.paused()) {
                awakeSince.remove(machine.id());
            } else {
                awakeSince.putIfAbsent(machine.id(), now);
                if (cluster.status(machine.id()).role() == ReplicaRole.MASTER) {
                    masterUntil.put(machine.id(), now);
                }
            }
        }
        simulation.at(Duration.ofNanos(Contacts.SAMPLE_NANOS), this::look);
    }

    /** How often a dead voter was replaced. */
    int replaced() {
        return replaced;
    }

    /** How often a vote was given because there were few. */
    int added() {
        return added;
    }

    /** When a change was begun last. */
    long lastNanos() {
        return lastNanos;
    }

    void told(SimulatedNode machine, HaEvent event) {
        long now = simulation.nowNanos();
        Matcher change = CHANGE.matcher(event.detail());
        if (!change.matches()) {
            violate(machine, event, "which is no change that an autopilot makes");
            return;
        }
        String gone = change.group(1);
        // What happened just before a process stood still it tells of afterwards.
        boolean awake = now - awakeSince.getOrDefault(machine.id(), now) > 1_000_000_000L;
        if (now - masterUntil.getOrDefault(machine.id(), Long.MIN_VALUE / 2) > 1_000_000_000L && awake) {
            violate(machine, event, "which is not master");
        }
        if (now - lastNanos < LEAST_PAUSE_NANOS) {
            violate(machine, event, (now - lastNanos) / 1_000_000 + " ms after the change before");
        }
        lastNanos = now;
        if (awake) {
            answered(machine, event, change.group(2));
        }
        if (gone == null) {
            added++;
        } else {
            replaced++;
            silent(machine, event, gone);
        }
    }

    private void answered(SimulatedNode machine, HaEvent event, String successor) {
        if (contacts.silentNanosAtLeast(machine.id(), successor) > ANSWERED_NANOS) {
            violate(
                    machine,
                    event,
                    "to one that cannot have been heard for "
                            + contacts.silentNanosAtLeast(machine.id(), successor) / 1_000_000 + " ms: "
                            + contacts.describe(machine, simulation.node(successor)));
        }
        List<?> voters = cluster.inspect(machine).get("voters") instanceof List<?> list ? list : List.of();
        long heard = voters.stream()
                .map(String::valueOf)
                .filter(voter ->
                        voter.equals(machine.id()) || contacts.silentNanosAtLeast(machine.id(), voter) < ANSWERED_NANOS)
                .count();
        if (heard < voters.size() / 2 + 1) {
            violate(machine, event, "while it can have heard only " + heard + " of " + voters);
        }
    }

    private void silent(SimulatedNode machine, HaEvent event, String gone) {
        long most = contacts.silentNanosAtMost(machine.id(), gone);
        if (most < SLOWEST_CLOCK * replaceAfter.toNanos()) {
            violate(
                    machine,
                    event,
                    "although it must have heard it " + most / 1_000_000 + " ms ago, and " + replaceAfter.toMillis()
                            + " ms of silence are wanted");
        }
        boolean seen = cluster.process(machine.id())
                .members()
                .find(gone)
                .filter(Member::isPresent)
                .isPresent();
        if (seen && contacts.silentNanosAtLeast(machine.id(), gone) > 1_000_000_000L) {
            violate(machine, event, "which its own membership sees");
        }
    }

    private void violate(SimulatedNode machine, HaEvent event, String what) {
        cluster.decisions()
                .violate(simulation + ": the autopilot of " + machine.id() + " began to " + event.detail() + ", "
                        + what);
    }
}
