package io.holdfast.examples.demo;

import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.JvmProcesses;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.core.FencingToken;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The nodes that the cluster itself has started, as the demonstration sees them: by what their target keeps in its directory. They would outlive
 * the run, and must not. Safe from any thread.
 */
final class StartedNodes implements Child {
    /** Higher than that of any master: what is ordered under one of theirs is refused from then on. */
    private static final FencingToken LAST = new FencingToken(Long.MAX_VALUE);

    private static final Set<Instance.State> RUNS = EnumSet.of(Instance.State.RUNNING, Instance.State.STOPPING);
    private static final int TRIES = 3;

    private final JvmProcesses target;
    private final List<String> names;
    private boolean destroyed;

    StartedNodes(ScalePlan plan) {
        this.target = plan.target(Duration.ZERO);
        this.names = plan.others();
    }

    /** Those whose processes run. */
    List<String> running() {
        try {
            return target.instances().stream()
                    .filter(instance -> RUNS.contains(instance.state()))
                    .map(Instance::node)
                    .toList();
        } catch (ScalingTargetException e) {
            throw new DemoFailure("nobody knows which nodes run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("interrupted");
        }
    }

    /** True as long as others can be started: it is one for {@link Children} before there is any. */
    @Override
    public synchronized boolean isAlive() {
        return !destroyed;
    }

    /** Also those that are about to be started: whoever does that is too late. */
    @Override
    public synchronized void destroy() {
        if (destroyed) {
            return; // the directory may have been removed
        }
        destroyed = true;
        boolean interrupted = Thread.interrupted(); // whoever is interrupted wants this more than ever
        for (String node : names) {
            for (int i = 0; i < TRIES; i++) {
                try {
                    target.stop(new StopOrder("end", LAST, node, 0));
                    break;
                } catch (ScalingTargetException e) {
                    System.err.println(node + " ends by itself when this process has: " + e.getMessage());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
