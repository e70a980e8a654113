package io.holdfast.backup.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process and all that it has started, and they in turn. */
final class ProcessTree {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessTree.class);
    private static final long STOPPING_SECONDS = 5;

    private ProcessTree() {}

    /**
     * Kills all of them, the uppermost first, and none before all stand still: a shell whose child is killed goes on with its next
     * command, and one that starts a child while it is looked for leaves it behind.
     */
    static void kill(ProcessHandle root) {
        List<ProcessHandle> all = new ArrayList<>();
        List<ProcessHandle> level = List.of(root);
        while (!level.isEmpty()) {
            stop(level);
            all.addAll(level);
            level = level.stream().flatMap(ProcessHandle::children).toList();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** Java has no call for this signal. Where there is no shell, what is begun in between may be left behind. */
    private static void stop(List<ProcessHandle> processes) {
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", "kill -STOP \"$@\"", "sh"));
        processes.forEach(process -> line.add(Long.toString(process.pid())));
        boolean interrupted = Thread.interrupted(); // who kills for being interrupted still waits for this
        try {
            Process stopping = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!stopping.waitFor(STOPPING_SECONDS, TimeUnit.SECONDS)) {
                stopping.destroyForcibly();
            }
        } catch (IOException noShell) {
            LOG.debug("{} cannot be stopped before they are killed: {}", processes, noShell.toString());
        } catch (InterruptedException again) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
