package io.holdfast.benchmarks.process;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import java.io.IOException;
import java.util.Map;

/** A closed loop in a process, looked at in stretches that whoever began it chooses. For one thread. */
public final class WatchedLoad {
    private static final double LATE_SECONDS = 60;

    private final NodeProcess loader;
    private final LoadPlan plan;

    private WatchedLoad(NodeProcess loader, LoadPlan plan) {
        this.loader = loader;
        this.plan = plan;
    }

    /** Begins it in that process. */
    public static WatchedLoad begin(NodeProcess loader, LoadPlan plan) throws IOException {
        loader.say("watched " + plan.work() + " " + plan.bytes() + " " + plan.window() + " " + plan.seconds());
        return new WatchedLoad(loader, plan);
    }

    /** A stretch begins. */
    public void watch() throws IOException {
        loader.ask("watch");
    }

    /** What the stretch has seen: {@link io.holdfast.benchmarks.load.CompletionWatch}'s figures. */
    public Map<String, Double> seen() throws IOException {
        return loader.ask("seen").figures();
    }

    /** All of it, waited for. */
    public LoadResult awaitEnd() throws IOException {
        return LoadResult.fromMap(
                loader.await("result", plan.seconds() + LATE_SECONDS).figures());
    }
}
