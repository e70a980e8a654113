package io.holdfast.benchmarks.process;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Overload;
import io.holdfast.benchmarks.load.SteadyPlan;
import java.io.IOException;

/** A steady load in a process, while whoever began it may do other things. For one thread. */
public final class SteadyLoad {
    private static final double LATE_SECONDS = 60;

    private final NodeProcess loader;
    private final SteadyPlan plan;

    private SteadyLoad(NodeProcess loader, SteadyPlan plan) {
        this.loader = loader;
        this.plan = plan;
    }

    /** Begins it in that process. */
    public static SteadyLoad begin(NodeProcess loader, SteadyPlan plan) throws IOException {
        LoadPlan load = plan.load();
        loader.say("steady " + load.work() + " " + load.bytes() + " " + load.window() + " " + load.warmSeconds() + " "
                + load.seconds() + " " + plan.windowSeconds() + " " + plan.perSecond());
        return new SteadyLoad(loader, plan);
    }

    /** The next stretch, waited for. */
    public LoadResult awaitStretch() throws IOException {
        double seconds = plan.load().warmSeconds() + plan.load().seconds() + LATE_SECONDS;
        return LoadResult.fromMap(loader.await("stretch", seconds).figures());
    }

    /** All of it, waited for. */
    public Overload awaitEnd() throws IOException {
        double seconds = plan.load().warmSeconds() + plan.load().seconds() + LATE_SECONDS;
        return Overload.fromMap(loader.await("result", seconds).figures());
    }
}
