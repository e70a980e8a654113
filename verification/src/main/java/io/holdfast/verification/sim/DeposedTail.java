package io.holdfast.verification.sim;

import io.holdfast.replication.LogStatus;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Goes for what a deposed master has on its disk and nobody else has. A master is cut off from the other voters while it is
 * written to; as soon as another leads, its process dies, comes back with that tail, reads its log slowly, and hears the new
 * master meanwhile. None of that tail may ever be applied.
 */
final class DeposedTail extends Ambush {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private @Nullable SimulatedNode deposed;
    private long term;
    private boolean overtaken;

    DeposedTail(Simulation simulation, SimulatedCluster cluster) {
        super(simulation, cluster);
    }

    @Override
    void changed(SimulatedNode machine, LogStatus status, boolean isMaster) {
        SimulatedNode old = deposed;
        if (!isMaster || ended()) {
            return;
        }
        if (old == null && random.nextInt(3) > 0) {
            deposed = machine;
            term = status.term();
            lay(LIMIT);
            after(millis(50, 800), () -> isolate(machine));
        } else if (old != null && !overtaken && !machine.equals(old) && status.term() > term) {
            overtaken = true;
            after(millis(0, 50), () -> comeBackSlowly(old));
        }
    }

    private void comeBackSlowly(SimulatedNode old) {
        old.kill();
        old.stallWorkers("reader", 1, Duration.ofNanos(millis(50, 2_000)));
        after(millis(1, 50), () -> startIfDown(old));
        after(millis(20, 150), () -> join(machines));
        after(millis(2_000, 3_000), this::lift);
    }

    @Override
    void forget() {
        deposed = null;
        overtaken = false;
    }
}
