package io.holdfast.verification.sim;

import io.holdfast.replication.LogStatus;
import io.holdfast.testkit.LinkQuality;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Goes for a master that does not know that it is one no longer. Its process stands still, or it hears the other voters no
 * more, until another has long been elected, save for what they said before and was under way; one client hears nobody but it.
 * When it goes on, that client's reads and writes have waited for it: it must answer none of the reads, and nobody may take what
 * it sends on.
 */
final class DeafMaster extends Ambush {
    private static final Duration LIMIT = Duration.ofSeconds(6);

    private final Map<String, LinkQuality> before = new TreeMap<>();
    private @Nullable SimulatedNode deaf;

    DeafMaster(Simulation simulation, SimulatedCluster cluster) {
        super(simulation, cluster);
    }

    @Override
    void changed(SimulatedNode machine, LogStatus status, boolean isMaster) {
        if (isMaster && deaf == null && !ended() && random.nextInt(4) > 0) {
            deaf = machine;
            lay(LIMIT);
            after(millis(50, 600), () -> {
                if (random.nextInt(3) == 0) {
                    answersComeLate(machine);
                    after(millis(100, 600), () -> strike(machine, true));
                } else {
                    strike(machine, random.nextBoolean());
                }
            });
        }
    }

    /** So that some are always under way, and reach it when it goes on after having stood still. */
    private void answersComeLate(SimulatedNode master) {
        Duration delay = Duration.ofNanos(millis(20, 200));
        for (SimulatedNode other : others(master)) {
            LinkQuality quality = simulation.network().quality(other.id(), master.id());
            before.put(other.id(), quality);
            simulation.network().setQuality(other.id(), master.id(), quality.withDelay(delay, delay));
        }
    }

    private void strike(SimulatedNode master, boolean hearsNobody) {
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
        SimulatedNode master = deaf;
        if (master != null) {
            before.forEach((other, quality) -> {
                LinkQuality now = simulation.network().quality(other, master.id());
                LinkQuality mended = now.withDelay(quality.minDelay(), quality.maxDelay());
                simulation.network().setQuality(other, master.id(), mended);
            });
        }
        before.clear();
        deaf = null;
    }
}
