package io.holdfast.core;

import io.holdfast.core.spi.NodeControl;
import java.util.concurrent.CompletionStage;

/** One node, as a feature of its own operates it. */
final class RunControl implements NodeControl {
    private final ClusterRun run;

    RunControl(ClusterRun run) {
        this.run = run;
    }

    @Override
    public boolean isReady() {
        return run.isReady();
    }

    @Override
    public boolean isDraining() {
        return run.isDraining();
    }

    @Override
    public void drain(boolean is) {
        run.drain(is);
    }

    @Override
    public CompletionStage<Void> leave() {
        return run.leaveAsync();
    }

    @Override
    public CompletionStage<SafeToStop> safeToStop(String nodeId) {
        return run.safeToStop(nodeId);
    }
}
