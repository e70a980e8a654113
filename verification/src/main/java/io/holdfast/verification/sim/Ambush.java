package io.holdfast.verification.sim;

import io.holdfast.replication.LogStatus;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Lies in wait for one danger that takes several events in one order, and brings them about whenever the cluster comes to
 * where it begins. It knows the protocol's dangers, not its code: what it does, hosts and networks do, too. A cluster
 * that is right survives it.
 */
abstract class Ambush {
    final Simulation simulation;
    final List<SimulatedNode> machines;
    final SplittableRandom random;
    private final SimulatedCluster cluster;
    private int laid;
    private boolean ended;

    Ambush(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.machines = cluster.machines();
        this.cluster = cluster;
        this.random = simulation.random("ambush");
    }

    /** The seed's. */
    static Ambush drawn(Simulation simulation, SimulatedCluster cluster) {
        boolean three = cluster.machines().size() == 3;
        SplittableRandom which = simulation.random("which ambush");
        if (!cluster.forced() && which.nextBoolean()) {
            return new ForgottenTail(simulation, cluster);
        }
        return switch (which.nextInt(9)) {
            case 0 -> new NoAmbush(simulation, cluster);
            case 1 -> new DeposedTail(simulation, cluster);
            case 2 -> new DeafMaster(simulation, cluster);
            case 3 -> three ? new DeposedTail(simulation, cluster) : new FigureEight(simulation, cluster);
            case 8 -> cluster.forced() ? new ForgottenTail(simulation, cluster) : new NoAmbush(simulation, cluster);
            case 4 -> three ? new DeafMaster(simulation, cluster) : new FigureEight(simulation, cluster);
            default -> three ? new ForgottenVote(simulation, cluster) : new FigureEight(simulation, cluster);
        };
    }

    private static final class NoAmbush extends Ambush {
        NoAmbush(Simulation simulation, SimulatedCluster cluster) {
            super(simulation, cluster);
        }

        @Override
        void changed(SimulatedNode machine, LogStatus status, boolean isMaster) {}

        @Override
        void forget() {}
    }

    /** A node's term or role has changed. */
    abstract void changed(SimulatedNode machine, LogStatus status, boolean isMaster);

    /** It is over, whatever has come of it: the next one begins anew. */
    abstract void forget();

    /** From now on it may fail at any point; after {@code limit} all is mended and it is forgotten. */
    final void lay(Duration limit) {
        int number = ++laid;
        simulation.at(limit, () -> {
            if (number == laid) {
                lift();
            }
        });
    }

    /** Takes back everything. */
    final void lift() {
        laid++;
        forget();
        for (SimulatedNode machine : machines) {
            machine.stallWorkers(0, Duration.ZERO);
            if (!ended) {
                startIfDown(machine);
            }
        }
        join(machines);
    }

    /** Happens after {@code nanos}, unless this attempt or the storm is over by then. */
    final void after(long nanos, Runnable task) {
        int number = laid;
        simulation.at(Duration.ofNanos(nanos), () -> {
            if (number == laid && !ended) {
                task.run();
            }
        });
    }

    final long millis(long least, long bound) {
        return random.nextLong(least * 1_000_000, bound * 1_000_000);
    }

    final void down(SimulatedNode machine, CrashMode mode) {
        cluster.takePower(machine, mode);
        machine.storage().endStall();
    }

    /** The disk of a machine that is down loses something of what was written last, if it is the one that may. */
    final void damageNewest(SimulatedNode machine) {
        if (!machine.running()) {
            cluster.damage().strikeNewest(machine);
        }
    }

    final void startIfDown(SimulatedNode machine) {
        if (!machine.running()) {
            cluster.start(machine);
        }
    }

    final void cut(SimulatedNode one, SimulatedNode other) {
        simulation.network().cut(one.id(), other.id());
        simulation.network().cut(other.id(), one.id());
    }

    final void mend(SimulatedNode one, SimulatedNode other) {
        simulation.network().mend(one.id(), other.id());
        simulation.network().mend(other.id(), one.id());
    }

    final void isolate(SimulatedNode machine) {
        others(machine).forEach(other -> cut(machine, other));
    }

    final List<SimulatedNode> others(SimulatedNode machine) {
        return machines.stream().filter(other -> !other.equals(machine)).toList();
    }

    /** These reach each other again. */
    final void join(List<SimulatedNode> group) {
        for (SimulatedNode one : group) {
            group.stream().filter(other -> !other.equals(one)).forEach(other -> mend(one, other));
        }
    }

    /** These reach each other, and nobody else among the voters reaches anybody. */
    final void onlyTogether(List<SimulatedNode> group) {
        machines.forEach(this::isolate);
        join(group);
    }

    final void end() {
        ended = true;
        laid++;
    }

    final boolean ended() {
        return ended;
    }
}
