package io.holdfast.autoscale.target;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process, all that it has started, and they in turn. */
final class ProcessTree {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessTree.class);
    private static final long SIGNALLING_SECONDS = 5;

    private ProcessTree() {}

    /** The program that gives another one a session of its own, which no terminal's signals reach, and whose members one signal does. */
    static Optional<Path> setsid() {
        return Stream.of("/usr/bin/setsid", "/bin/setsid", "/usr/local/bin/setsid")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Kills them all. Each stands still before its children are looked for, so that none is started behind this one's back.
     *
     * @param ownSession whether the root leads a session of its own: then those, too, whose parents have ended before
     */
    static void kill(ProcessHandle root, boolean ownSession) {
        List<ProcessHandle> members = new ArrayList<>(List.of(root));
        signal("STOP", List.of(Long.toString(root.pid())));
        for (int seen = 0; seen < members.size(); seen++) {
            List<ProcessHandle> children = members.get(seen).children().toList();
            if (!children.isEmpty()) {
                signal(
                        "STOP",
                        children.stream()
                                .map(child -> Long.toString(child.pid()))
                                .toList());
                members.addAll(children);
            }
        }
        if (ownSession) {
            killGroup(root.pid());
        }
        members.forEach(ProcessHandle::destroyForcibly);
    }

    /** Kills what is left of the process group that a process led. */
    static void killGroup(long leader) {
        signal("KILL", List.of("-" + leader));
    }

    /** Java has no call for these. Where there is no shell, what is begun in between may be left behind. */
    private static void signal(String name, List<String> targets) {
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", "kill -s " + name + " -- \"$@\"", "sh"));
        line.addAll(targets);
        boolean interrupted = Thread.interrupted(); // who kills for being interrupted still waits for this
        try {
            Process sending = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!sending.waitFor(SIGNALLING_SECONDS, TimeUnit.SECONDS)) {
                sending.destroyForcibly();
            }
        } catch (IOException noShell) {
            LOG.debug("no signal {} to {}: {}", name, targets, noShell.toString());
        } catch (InterruptedException again) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
