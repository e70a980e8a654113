package io.holdfast.autoscale.target;

import io.holdfast.autoscale.ScalingTargetException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has a process end, whoever has started it. */
final class ProcessEnd {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessEnd.class);
    private static final Duration AFTER_KILL = Duration.ofSeconds(10);

    private final Duration grace;
    private final boolean ownSession;

    ProcessEnd(Duration grace, boolean ownSession) {
        this.grace = grace;
        this.ownSession = ownSession;
    }

    /** Asks it to end, waits for it, and kills it and all that it has started if it takes too long. */
    void await(String node, ProcessIdentity process) throws ScalingTargetException, InterruptedException {
        Optional<ProcessHandle> there = ProcessHandle.of(process.pid());
        if (there.isEmpty() || !process.isAlive()) {
            return;
        }
        ProcessHandle handle = there.get();
        if (process.pid() == ProcessHandle.current().pid()) {
            throw ScalingTargetException.lasting(
                    "node " + node + " is this process itself, and cannot be stopped by it", null);
        }
        List<ProcessHandle> started = handle.descendants().toList();
        if (!handle.destroy() && process.isAlive()) {
            throw ScalingTargetException.lasting(
                    "node " + node + ": process " + process.pid()
                            + " cannot be told to stop; does it belong to another user?",
                    null);
        }
        LOG.info("node {}, process {}, was told to stop", node, process.pid());
        if (awaitEnd(process, grace)) {
            killLeftBehind(node, started);
            return;
        }
        LOG.warn("node {}, process {}, has not stopped within {} and is killed", node, process.pid(), grace);
        ProcessTree.kill(handle, ownSession);
        if (!awaitEnd(process, AFTER_KILL)) {
            throw ScalingTargetException.passing(
                    "node " + node + ": process " + process.pid() + " was killed and is still there after "
                            + AFTER_KILL.toSeconds() + " s; a call to a disk or file server may hold it",
                    null);
        }
    }

    private static boolean awaitEnd(ProcessIdentity process, Duration limit) throws InterruptedException {
        Deadline deadline = Deadline.in(limit);
        while (process.isAlive()) {
            if (deadline.hasPassed()) {
                return false;
            }
            deadline.pause();
        }
        return true;
    }

    private static void killLeftBehind(String node, List<ProcessHandle> started) {
        for (ProcessHandle one : started) {
            if (one.isAlive()) {
                LOG.info("node {} has stopped and left process {} behind, which is killed", node, one.pid());
                one.destroyForcibly();
            }
        }
    }
}
