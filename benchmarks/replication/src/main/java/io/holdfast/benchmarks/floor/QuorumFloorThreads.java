package io.holdfast.benchmarks.floor;

import io.holdfast.benchmarks.load.ClosedLoop;
import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Target;
import org.jspecify.annotations.Nullable;

/** The same with the threads that a library has: a client's beside the leader's loop, and a forcing one on each slave. */
public final class QuorumFloorThreads extends QuorumFloor {
    private @Nullable ClientThread client;

    @Override
    boolean followersForceOnOwnThread() {
        return true;
    }

    @Override
    FloorSource source(FloorLeader of) {
        ClientThread source = new ClientThread(of::wake);
        client = source;
        return source;
    }

    @Override
    public Target open(String work) {
        ClientThread target = client;
        if (target == null) {
            throw new IllegalStateException("this node does not lead");
        }
        return target;
    }

    @Override
    public LoadResult load(LoadPlan plan, Runnable measuring) throws Exception {
        return ClosedLoop.run(open(plan.work()), plan, measuring);
    }
}
