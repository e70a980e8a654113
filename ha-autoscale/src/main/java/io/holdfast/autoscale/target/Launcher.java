package io.holdfast.autoscale.target;

import io.holdfast.autoscale.ScalingTargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a program so that it lives on without this process. A shell writes its own id down, moves its record from {@code asked} to {@code
 * running}, and becomes the program; if the record is gone, it ends instead.
 */
final class Launcher {
    private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);
    private static final String SHELL = "/bin/sh";
    private static final int NO_SUCH_PROGRAM = 127;
    private static final Duration BEGIN_WITHIN = Duration.ofSeconds(15);

    /** Its arguments: the file for its id, the record as asked for, the record as running, the program and what that is given. */
    private static final String SCRIPT = """
            command -v "$4" >/dev/null 2>&1 || { echo "$4: there is no such program, or it may not be run" >&2; exit 127; }
            stat=
            [ -r /proc/$$/stat ] && read -r stat < /proc/$$/stat
            printf '%s\\n%s\\n' "$$" "$stat" > "$1" && mv -f "$2" "$3" || exit 126
            shift 3
            exec "$@"
            """;

    private static final String WITHOUT_SESSION = "trap '' HUP INT\n";

    private final ProcessSettings settings;
    private final ProcessDirectory directory;
    private final LogFiles logs;
    private final Optional<Path> setsid = ProcessTree.setsid();

    Launcher(ProcessSettings settings, ProcessDirectory directory, LogFiles logs) {
        this.settings = settings;
        this.directory = directory;
        this.logs = logs;
    }

    /** Whether a process that was started leads a session of its own. */
    boolean ownSessions() {
        return setsid.isPresent();
    }

    /**
     * Starts it, and returns once it runs.
     *
     * @return the process as a child of this one
     */
    Process launch(StartRecord record) throws IOException, ScalingTargetException, InterruptedException {
        String node = record.node();
        if (!Files.isExecutable(Path.of(SHELL))) {
            throw ScalingTargetException.lasting(
                    "node " + node + " cannot be started: there is no " + SHELL + ", and processes need a POSIX system",
                    null);
        }
        Process process;
        try {
            ProcessBuilder builder = builder(record);
            directory.ask(record);
            process = builder.start();
        } catch (IOException failed) {
            directory.revoke(node);
            throw ScalingTargetException.passing("node " + node + " cannot be started: " + failed, failed);
        } catch (NullPointerException | IllegalArgumentException unfit) {
            directory.revoke(node);
            throw ScalingTargetException.lasting(
                    "node " + node + " cannot be started: its command or environment is unfit: " + unfit, unfit);
        }
        awaitBegin(record, process);
        LOG.info("node {} runs as process {}, and writes to {}", node, process.pid(), logs.file(record.log()));
        return process;
    }

    private ProcessBuilder builder(StartRecord record) throws IOException, ScalingTargetException {
        String node = record.node();
        List<String> program = users(node, "command", settings.command());
        if (program.isEmpty() || program.get(0).isEmpty()) {
            throw ScalingTargetException.lasting("node " + node + " cannot be started: its command is empty", null);
        }
        ProcessBuilder builder = new ProcessBuilder(line(record, program))
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        logs.create(record.log()).toFile()));
        builder.environment().put("HOLDFAST_NODE_ID", node);
        builder.environment().putAll(users(node, "environment", settings.environment()));
        @Nullable Function<String, Path> place = settings.workingDirectory();
        if (place != null) {
            Path path = users(node, "working directory", place);
            Files.createDirectories(path);
            builder.directory(path.toFile());
        }
        return builder;
    }

    /** What is run: the shell, and in its arguments the program that it becomes. */
    List<String> line(StartRecord record, List<String> program) {
        List<String> line = new ArrayList<>();
        setsid.ifPresent(path -> line.add(path.toString()));
        line.addAll(List.of(SHELL, "-c", setsid.isPresent() ? SCRIPT : WITHOUT_SESSION + SCRIPT, "sh"));
        line.add(directory.pidFile(record).toAbsolutePath().toString());
        line.add(directory.askedFile(record).toAbsolutePath().toString());
        line.add(directory.runningFile(record.node()).toAbsolutePath().toString());
        line.addAll(program);
        return line;
    }

    private static <T> T users(String node, String what, Function<String, T> function) throws ScalingTargetException {
        try {
            return Objects.requireNonNull(function.apply(node), "it is null");
        } catch (RuntimeException failed) {
            throw ScalingTargetException.lasting(
                    "node " + node + " cannot be started: making its " + what + " failed: " + failed, failed);
        }
    }

    private void awaitBegin(StartRecord record, Process process)
            throws IOException, ScalingTargetException, InterruptedException {
        Deadline deadline = Deadline.in(BEGIN_WITHIN);
        boolean ended = false;
        while (!directory.hasBegun(record)) {
            if (ended || deadline.hasPassed()) {
                directory.revoke(record.node());
                boolean runs = directory
                        .running(record.node())
                        .filter(entry ->
                                entry.record() != null && entry.record().mark().equals(record.mark()))
                        .isPresent();
                if (runs) {
                    return;
                }
                throw notBegun(record, process, ended);
            }
            // In this order: it may begin and end before this looks again.
            ended = process.waitFor(1, TimeUnit.MILLISECONDS);
            if (!ended) {
                deadline.pause();
            }
        }
    }

    private ScalingTargetException notBegun(StartRecord record, Process process, boolean ended) {
        String node = "node " + record.node() + " cannot be started: ";
        if (!ended) {
            process.destroyForcibly();
            return ScalingTargetException.passing(
                    node + "it had not begun after " + BEGIN_WITHIN.toSeconds() + " s; is this machine overloaded?",
                    null);
        }
        String said = logs.lastLines(record.log());
        String why = node + (said.isEmpty() ? "its shell ended with status " + process.exitValue() : said);
        return process.exitValue() == NO_SUCH_PROGRAM
                ? ScalingTargetException.lasting(why, null)
                : ScalingTargetException.passing(why, null);
    }
}
