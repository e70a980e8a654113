package io.holdfast.benchmarks.floor;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Window;

/** A closed loop within the leader's loop: no client thread, no handing over. */
final class ClientInLoop implements FloorSource {
    private final LoadPlan plan;
    private final Window window;
    private final Runnable measuring;
    private final byte[] payload;
    private int inFlight;
    private boolean measured;
    private boolean over;

    ClientInLoop(LoadPlan plan, Runnable measuring) {
        this.plan = plan;
        this.measuring = measuring;
        this.payload = new byte[plan.bytes()];
        this.window = new Window(System.nanoTime(), plan);
    }

    @Override
    public void fill(FloorBatch batch) {
        while (hasMore() && batch.add(payload)) {
            inFlight++;
        }
    }

    @Override
    public boolean hasMore() {
        return !over && inFlight < plan.window();
    }

    @Override
    public void committed(int count, long startNanos) {
        long now = System.nanoTime();
        inFlight -= count;
        window.succeeded(startNanos, now, count);
        over = window.isOver(now);
        if (!measured && window.hasBegun(now)) {
            measured = true;
            measuring.run();
        }
    }

    @Override
    public boolean isDone() {
        return over;
    }

    LoadResult result() {
        return window.result();
    }
}
