package io.holdfast.examples.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The run's end of the callers: their process, and what it says. Used by the run's thread; the status alone arrives on another. */
final class RouteCallers {
    private static final List<String> JVM =
            List.of("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");
    private static final Duration LAST_WORDS = Duration.ofSeconds(60);

    private final Path log;
    private final Path data;
    private final int count;
    private final int reads;
    private final ObjectMapper json = new ObjectMapper();
    private volatile RouteStatus status = RouteStatus.nothingYet();
    private @Nullable ChildJvm process;

    /**
     * Not started yet.
     *
     * @param reads how often each of them reads an order that it has put
     */
    RouteCallers(int count, int reads, Path data) {
        this.count = count;
        this.reads = reads;
        this.data = data;
        this.log = data.resolve("callers.log");
    }

    void start(Children children, NodePorts ports, List<String> addresses) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of(data.toString(), String.valueOf(count), String.valueOf(reads), ports.argument()));
        arguments.addAll(addresses);
        process = children.add(() -> ChildJvm.start("callers", JVM, RouteClient.class, arguments, log, this::hear));
    }

    private void hear(String line) {
        try {
            status = json.readValue(line, RouteStatus.class);
        } catch (JsonProcessingException e) {
            System.err.println("the callers said what is no status: " + line);
        }
    }

    RouteStatus status() {
        return status;
    }

    boolean isStarted() {
        return process != null;
    }

    ChildJvm process() {
        ChildJvm current = process;
        if (current == null) {
            throw new IllegalStateException("the callers have not been started");
        }
        return current;
    }

    /** Fails the run if they are dead. */
    void check() {
        if (process != null && !process.isAlive() && !status.finished()) {
            throw new DemoFailure("the callers (PID " + process.pid() + ") died, exit status " + process.exitStatus()
                    + "; see " + log);
        }
    }

    /** They end what they have begun, and close their ledgers; returns what they say last. */
    RouteStatus finish() throws InterruptedException {
        process().tell("stop");
        if (!process().awaitExit(LAST_WORDS) || process().exitStatus() != 0 || !status.finished()) {
            throw new DemoFailure("the callers did not end in good order; see " + log);
        }
        return status;
    }
}
