package io.holdfast.verification.sim;

import io.holdfast.replication.LogStatus;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes for a master that does not know that it is one no longer. Its process stands still, or it hears the other voters no
 * more, until another has long been elected; one client hears nobody but it. When it goes on, that client's reads and
 * writes have waited for it: it must answer none of the reads, and nobody may take what it sends on.
 */
final class DeafMaster extends Ambush {
    private static final Duration LIMIT = Duration.ofSeconds(6);

    private @Nullable SimulatedNode deaf;

    DeafMaster(Simulation simulation, SimulatedCluster cluster) {
        super(simulation, cluster);
    }

    @Override
    void changed(SimulatedNode machine, LogStatus status, boolean isMaster) {
        if (isMaster && deaf == null && !ended() && random.nextInt(4) > 0) {
            deaf = machine;
            lay(LIMIT);
            after(millis(50, 600), () -> strike(machine));
        }
    }

    private void strike(SimulatedNode master) {
        boolean hearsNobody = random.nextBoolean();
        if (hearsNobody) {
            others(master).forEach(other -> simulation.network().cut(other.id(), master.id()));
        }
        List<SimulatedNode> clients = simulation.nodes().stream()
                .filter(node -> !machines.contains(node))
                .toList();
        SimulatedNode client = clients.get(random.nextInt(clients.size()));
        others(master).forEach(other -> cut(client, other));
        long length = millis(500, 3_000);
        master.pause(Duration.ofNanos(length));
        after(length + millis(20, 400), () -> {
            others(master).forEach(other -> mend(client, other));
            lift();
        });
    }

    @Override
    void forget() {
        deaf = null;
    }
}
