package io.holdfast.autoscale.replay;

import io.holdfast.autoscale.LoadHistory;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.ScalingPolicy;
import io.holdfast.autoscale.decide.Sizing;
import io.holdfast.autoscale.decide.SizingConfig;
import io.holdfast.autoscale.decide.SizingDecision;
import io.holdfast.autoscale.decide.SizingMemory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Scaling as a cluster does it. For one run, and one thread. */
public final class HoldfastScaler implements Scaler {
    private final Sizing sizing;
    private final int everySeconds;
    private final Deque<LoadSnapshot> history = new ArrayDeque<>();
    private SizingMemory memory = SizingMemory.EMPTY;

    /** By those settings, with a decision every so many seconds. */
    public HoldfastScaler(List<ScalingPolicy> policies, int min, int max, ScalingLimits limits, int everySeconds) {
        this.sizing = new Sizing(new SizingConfig(policies, min, max, limits));
        this.everySeconds = everySeconds;
    }

    @Override
    public int everySeconds() {
        return everySeconds;
    }

    @Override
    public void started(Duration took) {
        memory = memory.started(took);
    }

    @Override
    public Size decide(LoadSnapshot snapshot) {
        history.addLast(snapshot);
        while (history.getFirst().at().isBefore(snapshot.at().minus(Sizing.lookBack()))) {
            history.removeFirst();
        }
        SizingDecision decision = sizing.decide(new LoadHistory(new ArrayList<>(history)), memory);
        memory = decision.next().changed(snapshot.at(), snapshot.wanted(), decision.nodes());
        return new Size(decision.nodes(), decision.reason());
    }
}
