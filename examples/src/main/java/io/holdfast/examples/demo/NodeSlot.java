package io.holdfast.examples.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of the nodes, over all its restarts: the same name, port and directory, another process. Used by the run's thread;
 * the status alone arrives on another.
 */
final class NodeSlot {
    /** Small heaps, one garbage collector thread: several nodes and a client share a laptop. */
    static final List<String> JVM =
            List.of("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

    private static final long SILENT_NANOS = 2_000_000_000L;
    private static final Duration DEATH = Duration.ofSeconds(10);

    private record Heard(NodeStatus status, long nanos) {}

    private final String id;
    private final int port;
    private final Path directory;
    private final Path log;
    private final List<String> bootstrap;
    private final NodeProgram program;
    private final ObjectMapper json = new ObjectMapper();
    private volatile @Nullable Heard heard;
    private @Nullable ChildJvm process;
    private long applyAtLeast;

    NodeSlot(String id, int port, Path data, List<String> bootstrap, NodeProgram program) {
        this.id = id;
        this.port = port;
        this.directory = data.resolve(id);
        this.log = data.resolve(id + ".log");
        this.bootstrap = bootstrap;
        this.program = program;
    }

    /**
     * Starts its process.
     *
     * @param committed where it must have arrived before it counts as caught up
     */
    void start(Children children, long committed) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(id, String.valueOf(port), directory.toString()));
        arguments.addAll(program.arguments());
        arguments.addAll(bootstrap);
        heard = null;
        applyAtLeast = committed;
        process = children.add(() -> ChildJvm.start(id, JVM, program.main(), arguments, log, this::hear));
    }

    private void hear(String line) {
        if (line.startsWith(NodeEvent.MARK)) {
            program.events().accept(line.substring(NodeEvent.MARK.length()));
            return;
        }
        try {
            heard = new Heard(json.readValue(line, NodeStatus.class), System.nanoTime());
        } catch (JsonProcessingException e) {
            // Half a line is the last thing that a killed process prints.
            System.err.println(id + " said what is no status: " + line);
        }
    }

    /** Its process is killed as by {@code kill -9}; returns when it is dead. */
    void kill() throws IOException, InterruptedException {
        String command = killCommand();
        // The shell's own kill, so that no package is needed for it.
        Process kill = new ProcessBuilder("sh", "-c", command).inheritIO().start();
        if (kill.waitFor() != 0 && isAlive()) {
            throw new DemoFailure("\"" + command + "\" failed");
        }
        if (!process().awaitExit(DEATH)) {
            throw new DemoFailure(id + " lives on " + DEATH.toSeconds() + " s after " + command);
        }
    }

    /** What {@link #kill} has a shell do. */
    String killCommand() {
        return "kill -9 " + process().pid();
    }

    String id() {
        return id;
    }

    int port() {
        return port;
    }

    Path directory() {
        return directory;
    }

    Path log() {
        return log;
    }

    ChildJvm process() {
        ChildJvm current = process;
        if (current == null) {
            throw new IllegalStateException(id + " has not been started");
        }
        return current;
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** What it last said; null if it is dead, has not spoken yet or is silent. */
    @Nullable
    NodeStatus status() {
        Heard last = heard;
        return last == null || !isAlive() || System.nanoTime() - last.nanos() > SILENT_NANOS ? null : last.status();
    }

    /** True if its process has not said anything yet. */
    boolean isStarting() {
        return heard == null;
    }

    /**
     * True if it follows this master closely, or is it.
     *
     * @param lagAllowed in entries
     */
    boolean isCaughtUp(NodeStatus master, String masterId, long lagAllowed) {
        NodeStatus own = status();
        if (own == null || own.term() != master.term() || own.isLearner() || own.applied() < applyAtLeast) {
            return false;
        }
        return id.equals(masterId) || lag(master.matches(), master.last()) <= lagAllowed;
    }

    /** How many entries of the master's log are not known to be on its disk. */
    long lag(Map<String, Long> matches, long last) {
        return Math.max(0, last - matches.getOrDefault(id, 0L));
    }
}
