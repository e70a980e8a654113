package io.holdfast.autoscale.target;

import io.holdfast.autoscale.ScalingTargetException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a program, without a shell, to its end: in time, and with no more output than allowed. Nothing here blocks: it looks what there is to read, so
 * neither an interrupt nor a process that was left behind with the pipe in its hands keeps the caller.
 */
final class CommandRun {
    private static final Logger LOG = LoggerFactory.getLogger(CommandRun.class);
    /** Bytes of standard output; as many are taken of standard error, of which the last are shown. */
    static final int MOST_OUTPUT = 1 << 20;
    /** Who exits with this asks not to be tried again soon: EX_CONFIG of BSD's sysexits. */
    static final int WILL_FAIL_AGAIN = 78;

    /** What shells and {@code setsid} end with if there is no such program, or it may not be run. */
    private static final Set<Integer> NOT_RUNNABLE = Set.of(126, 127);

    private static final int CHUNK = 8 * 1024;
    private static final int LAST_LINES = 10;
    private static final int LONGEST_LINE = 300;
    private static final int SIGNALLED = 128;

    private final List<String> line;
    private final Map<String, String> environment;
    private final Duration limit;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private CommandRun(List<String> line, Map<String, String> environment, Duration limit) {
        this.line = line;
        this.environment = environment;
        this.limit = limit;
    }

    /**
     * Its standard output.
     *
     * @throws ScalingTargetException if it did not end well; lasting if its status says so, or it cannot be started
     * @throws InterruptedException if this thread was interrupted; it and all that it has started are killed
     */
    static String run(List<String> line, Map<String, String> environment, Duration limit)
            throws ScalingTargetException, InterruptedException {
        return new CommandRun(line, environment, limit).run();
    }

    private String run() throws ScalingTargetException, InterruptedException {
        Optional<Path> setsid = ProcessTree.setsid();
        List<String> whole = new ArrayList<>();
        // In a session of its own one signal reaches all that it has started.
        setsid.ifPresent(path -> whole.add(path.toString()));
        whole.addAll(line);
        ProcessBuilder builder = new ProcessBuilder(whole);
        Process process;
        try {
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException | IllegalArgumentException failed) {
            throw ScalingTargetException.lasting(
                    "\"" + program() + "\" cannot be started; is it installed, and in the path of this process? "
                            + failed.getMessage(),
                    failed);
        }
        boolean ended = false;
        try {
            process.getOutputStream().close();
            awaitEnd(process);
            ended = true;
        } catch (IOException failed) {
            throw ScalingTargetException.passing(
                    "\"" + program() + "\" could not be read from, and was killed: " + failed.getMessage(), failed);
        } finally {
            if (!ended) {
                LOG.warn("\"{}\", process {}, is killed with all that it has started", program(), process.pid());
                ProcessTree.kill(process.toHandle(), setsid.isPresent());
            }
        }
        checkStatus(process.exitValue());
        return output.toString(StandardCharsets.UTF_8);
    }

    private void awaitEnd(Process process) throws IOException, ScalingTargetException, InterruptedException {
        Deadline deadline = Deadline.in(limit);
        while (true) {
            // Asked first: what it has written before its end is then there to be read.
            boolean ended = !process.isAlive();
            boolean read = take(process.getInputStream(), output);
            read |= take(process.getErrorStream(), errors);
            if (output.size() > MOST_OUTPUT || errors.size() > MOST_OUTPUT) {
                throw failed("wrote more than " + MOST_OUTPUT + " bytes, and was killed", false);
            }
            if (ended && !read) {
                return;
            }
            if (deadline.hasPassed()) {
                throw failed("took longer than " + limit + ", and was killed", false);
            }
            if (read) {
                deadline.lookSoon();
            }
            deadline.pause();
        }
    }

    /** Without waiting for more. Under the stream's lock, since Java closes the pipe, once the process has ended, under the same. */
    private static boolean take(InputStream in, ByteArrayOutputStream to) throws IOException {
        synchronized (in) {
            int there = in.available();
            if (there <= 0) {
                return false;
            }
            to.write(in.readNBytes(Math.min(there, CHUNK)));
            return true;
        }
    }

    private void checkStatus(int status) throws ScalingTargetException {
        if (status == 0) {
            LOG.debug("\"{}\" is through; standard error: {}", program(), said());
            return;
        }
        String how =
                "ended with status " + status + (status > SIGNALLED ? ", as by signal " + (status - SIGNALLED) : "");
        throw failed(how, status == WILL_FAIL_AGAIN || NOT_RUNNABLE.contains(status));
    }

    private ScalingTargetException failed(String how, boolean lasting) {
        String said = said();
        String message = "\"" + program() + "\" " + how + (said.isEmpty() ? "; it wrote nothing" : ": " + said);
        return lasting ? ScalingTargetException.lasting(message, null) : ScalingTargetException.passing(message, null);
    }

    /** The last lines of its standard error, or of its output if there are none. */
    private String said() {
        String last = lines(errors);
        return last.isEmpty() ? lines(output) : last;
    }

    private static String lines(ByteArrayOutputStream bytes) {
        return OutputTail.lastLines(bytes.toString(StandardCharsets.UTF_8), false, LAST_LINES, LONGEST_LINE);
    }

    /** Its first words, which tell which one it is; the rest may be long. */
    private String program() {
        String shown = String.join(" ", line);
        return shown.length() <= LONGEST_LINE ? shown : shown.substring(0, LONGEST_LINE) + "...";
    }
}
