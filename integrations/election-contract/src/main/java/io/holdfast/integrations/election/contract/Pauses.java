package io.holdfast.integrations.election.contract;

import io.holdfast.core.runtime.NodeRuntime;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which nodes run, each on a runtime that can be made to stand still. Safe from any thread. */
public final class Pauses {
    private final Map<String, PausableRuntime> latest = new ConcurrentHashMap<>();

    /** None yet. */
    public Pauses() {}

    /** A runtime for that node, which is about to be started. */
    public NodeRuntime runtime(String node) {
        return of(node, PausableRuntime.create(node));
    }

    /** The same on top of another one. */
    public NodeRuntime runtime(String node, NodeRuntime real) {
        return of(node, new PausableRuntime(real));
    }

    private NodeRuntime of(String node, PausableRuntime runtime) {
        latest.put(node, runtime);
        return runtime;
    }

    /** See {@link ElectionFixture#pause}. */
    public void pause(String node) {
        PausableRuntime runtime = latest.get(node);
        if (runtime == null) {
            throw new IllegalStateException(node + " does not run");
        }
        runtime.pause();
    }

    /** See {@link ElectionFixture#resume}. */
    public void resume(String node) {
        PausableRuntime runtime = latest.get(node);
        if (runtime != null) {
            runtime.resume();
        }
    }
}
