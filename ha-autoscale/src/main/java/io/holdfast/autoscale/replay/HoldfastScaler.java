package io.holdfast.autoscale.replay;

import io.holdfast.autoscale.LoadHistory;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.decide.Sizing;
import io.holdfast.autoscale.decide.SizingConfig;
import io.holdfast.autoscale.decide.SizingDecision;
import io.holdfast.autoscale.decide.SizingMemory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;

/** Ours. */
public final class HoldfastScaler implements Scaler {
    private final Sizing sizing;
    private final int everySeconds;
    private final Duration startUp;
    private final Deque<LoadSnapshot> history = new ArrayDeque<>();
    private SizingMemory memory = SizingMemory.EMPTY;
    private int readyBefore = -1;

    HoldfastScaler(SizingConfig config, int everySeconds, Duration startUp) {
        this.sizing = new Sizing(config);
        this.everySeconds = everySeconds;
        this.startUp = startUp;
    }

    @Override
    public int everySeconds() {
        return everySeconds;
    }

    @Override
    public int decide(LoadSnapshot snapshot) {
        history.addLast(snapshot);
        while (history.getFirst().at().isBefore(snapshot.at().minus(Sizing.lookBack()))) {
            history.removeFirst();
        }
        if (readyBefore >= 0 && snapshot.ready() > readyBefore) {
            memory = memory.started(startUp);
        }
        readyBefore = snapshot.ready();
        SizingDecision decision = sizing.decide(new LoadHistory(new ArrayList<>(history)), memory);
        memory = decision.next().changed(snapshot.at(), snapshot.wanted(), decision.nodes());
        return decision.nodes();
    }
}
