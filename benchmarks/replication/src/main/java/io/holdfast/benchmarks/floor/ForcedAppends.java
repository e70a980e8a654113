package io.holdfast.benchmarks.floor;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.load.Window;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Subject;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One process that appends to a file that was filled before, and forces after each block of as many records as the window. */
public final class ForcedAppends implements Subject {
    private @Nullable FloorFile file;

    @Override
    public void start(NodeSettings settings) throws IOException {
        file = new FloorFile(settings.directory().resolve("log"));
    }

    @Override
    public boolean isMaster() {
        return true;
    }

    @Override
    public long applied() {
        return 0;
    }

    @Override
    public Target open(String work) {
        throw new UnsupportedOperationException("the client is the loop");
    }

    @Override
    public LoadResult load(LoadPlan plan, Runnable measuring) throws IOException {
        FloorFile log = file;
        if (log == null) {
            throw new IllegalStateException("not started");
        }
        ByteBuffer block = ByteBuffer.allocateDirect(plan.bytes() * plan.window());
        Window window = new Window(System.nanoTime(), plan);
        boolean measured = false;
        long start = System.nanoTime();
        for (long now = start; !window.isOver(now); now = System.nanoTime()) {
            if (!measured && window.hasBegun(now)) {
                measured = true;
                measuring.run();
            }
            start = System.nanoTime();
            log.append(block.clear());
            log.force();
            window.succeeded(start, System.nanoTime(), plan.window());
        }
        return window.result();
    }
}
