package io.holdfast.verification.sim;

import io.holdfast.core.ChangeRefusedException;
import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.replication.node.ReplicationNode;
import io.holdfast.replication.session.Commands;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Somebody who installs a later release machine by machine, goes back half-way now and then, and asks for the end of the upgrade at
 * any time, whether that makes sense or not: it is the cluster's own to refuse. Once it may have been granted, nobody goes back.
 */
final class Upgrade {
    /** Longer than anything is believed that a process of before has said. */
    private static final int LEAST_DOWN_MILLIS = 3_000;

    private static final String REFUSAL = "supports none above 1: install";

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Releases releases;
    private final SplittableRandom random;
    private Optional<SimulatedNode> installing = Optional.empty();
    private int toInstall;
    /** It has been granted, or whoever was asked has died, or does not know. */
    private boolean granted;
    /** So many have been asked for it, and have not answered. */
    private int asked;

    private boolean ended;
    private int sent;
    private int acknowledged;
    private int refusals;
    private int wentBack;

    /** @param finished true if all begin with the later release: then there is nothing to upgrade */
    Upgrade(Simulation simulation, SimulatedCluster cluster, Releases releases, boolean finished) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.releases = releases;
        this.random = simulation.random("upgrade");
        this.granted = finished;
    }

    void begin() {
        cluster.alsoLook(this::look);
        next();
        writeOn();
    }

    /** How many entries that only the later release can read have been acknowledged. */
    int written() {
        return acknowledged;
    }

    /** How often the end of the upgrade was refused. */
    int refusals() {
        return refusals;
    }

    /** How often the earlier release was installed again. */
    int wentBack() {
        return wentBack;
    }

    private boolean mayBeFinished() {
        return granted || asked > 0;
    }

    private void next() {
        simulation.at(Duration.ofMillis(200 + random.nextInt(1_500)), this::act);
    }

    private void act() {
        if (ended) {
            return;
        }
        SimulatedNode any = any();
        if (random.nextInt(3) == 0) {
            finish(any);
        } else if (installing.isEmpty()) {
            boolean back = !mayBeFinished() && random.nextInt(4) == 0;
            int release = back ? Releases.EARLIER : Releases.LATER;
            if (releases.level(any.id()) != release) {
                wentBack += back ? 1 : 0;
                install(any, release);
                simulation.at(Duration.ofMillis(LEAST_DOWN_MILLIS + random.nextInt(3_000)), this::installed);
            }
        }
        next();
    }

    private SimulatedNode any() {
        return cluster.machines().get(random.nextInt(cluster.machines().size()));
    }

    private void install(SimulatedNode machine, int release) {
        installing = Optional.of(machine);
        toInstall = release;
        cluster.dieForGood(machine, false);
    }

    private void installed() {
        installing.ifPresent(machine -> {
            installing = Optional.empty();
            // Meanwhile the end may have been asked for: who goes back now is late.
            releases.install(machine.id(), mayBeFinished() ? Releases.LATER : toInstall);
            cluster.mendMachine(machine);
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // every outcome is looked at in the callback
    private void finish(SimulatedNode at) {
        if (!at.running()) {
            return;
        }
        asked++;
        cluster.process(at.id())
                .feature(ReplicationNode.class)
                .finishUpgrade(Duration.ofMillis(100 + random.nextInt(4_000)), false, "somebody")
                .whenComplete((done, problem) -> {
                    asked--;
                    if (problem instanceof ChangeRefusedException || problem instanceof NotAvailableException) {
                        refusals++;
                    } else if (problem != null || done.changed()) {
                        granted = true;
                    }
                });
    }

    /** Nobody raises the level while a release that cannot read what is written then is installed anywhere: always on. */
    private void look() {
        for (SimulatedNode machine : cluster.machines()) {
            if (machine.running() && isRaised(machine)) {
                for (SimulatedNode other : cluster.machines()) {
                    if (releases.level(other.id()) < Releases.LATER && !ended) {
                        cluster.decisions()
                                .violate("the log is at level 2, as " + machine.id() + " says, and the release on "
                                        + other.id() + " supports level 1");
                    }
                }
            }
        }
    }

    private boolean isRaised(SimulatedNode machine) {
        return cluster.process(machine.id())
                .feature(ReplicationNode.class)
                .levels()
                .atLeast(Releases.LATER);
    }

    /** What the later release writes it writes when it may, all the time. */
    @SuppressWarnings("FutureReturnValueIgnored") // every outcome is looked at in the callback
    private void writeOn() {
        simulation.at(Duration.ofMillis(100 + random.nextInt(300)), () -> {
            SimulatedNode machine = any();
            if (machine.running() && releases.level(machine.id()) == Releases.LATER && isRaised(machine)) {
                String command = AppliedLog.LATER + ++sent;
                cluster.access(machine.id())
                        .commands()
                        .writeAsync(Commands.USER, command.getBytes(StandardCharsets.UTF_8), 5_000_000_000L)
                        .whenComplete((answer, problem) -> {
                            if (problem == null) {
                                acknowledged++;
                                cluster.decisions().acknowledged(command, new String(answer, StandardCharsets.UTF_8));
                            }
                        });
            }
            if (!ended) {
                writeOn();
            }
        });
    }

    /** Nothing is installed any more; what is being installed is. */
    void end() {
        ended = true;
        installed();
    }

    /** In the calm: the later release everywhere, and the end, which must be granted now. False if that does not come about. */
    boolean complete(BooleanSupplier whole, Duration limit) {
        for (SimulatedNode machine : cluster.machines()) {
            if (releases.level(machine.id()) < Releases.LATER) {
                install(machine, Releases.LATER);
                simulation.runFor(Duration.ofMillis(LEAST_DOWN_MILLIS));
                installed();
                if (!simulation.runUntil(whole, limit)) {
                    return false;
                }
            }
        }
        ended = false;
        writeOn();
        int before = acknowledged;
        boolean[] waits = new boolean[1];
        boolean done = simulation.runUntil(
                () -> {
                    if (!waits[0]) { // who was asked before may have died
                        waits[0] = true;
                        simulation.at(Duration.ofSeconds(1), () -> {
                            waits[0] = false;
                            finish(any());
                        });
                    }
                    return acknowledged > before && cluster.machines().stream().allMatch(this::isRaised);
                },
                limit);
        ended = true;
        return done && simulation.runUntil(whole, limit);
    }

    /** Afterwards the earlier release is installed on one: it has to refuse, and the others go on. Empty if all is right. */
    String comeTooLate(BooleanSupplier whole, Duration limit) {
        SimulatedNode late = any();
        int applied = cluster.log(late.id()).applied().size();
        install(late, Releases.EARLIER);
        simulation.runFor(Duration.ofMillis(LEAST_DOWN_MILLIS));
        releases.install(late.id(), Releases.EARLIER);
        installing = Optional.empty();
        cluster.mendMachine(late);
        boolean refused = simulation.runUntil(() -> isRefused(cluster.process(late.id())), limit);
        if (!refused) {
            return late.id() + " has the earlier release, and does not say that the log is none for it";
        }
        if (!cluster.log(late.id()).applied().isEmpty()) {
            return late.id() + " has the earlier release, and applied what it cannot read, as the " + applied
                    + " entries before";
        }
        install(late, Releases.LATER);
        simulation.runFor(Duration.ofMillis(LEAST_DOWN_MILLIS));
        installed();
        return simulation.runUntil(whole, limit) ? "" : late.id() + " does not come back with the later release";
    }

    /** Its disk may be empty: then it fails at nothing, and is not taken in. */
    private static boolean isRefused(HaCluster process) {
        return process.failure()
                .map(Upgrade::saysSo)
                .orElse(process.whyNotReady().contains(REFUSAL));
    }

    /** True if that is what an earlier release says of a log that it cannot read. */
    static boolean saysSo(Throwable cause) {
        return String.valueOf(cause).contains(REFUSAL);
    }
}
