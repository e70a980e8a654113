package io.holdfast.examples.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.replication.Acknowledgement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The run's end of the client: its process, what it says, and how fast it may go. A short input is paced, so that the
 * kills fall into its midst. A long one runs as fast as it goes; only while a killed node is coming back is it slowed, so
 * far that the next kill's moment is not passed meanwhile.
 */
final class FeedControl {
    private static final List<String> JVM = List.of("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-Xshare:auto");
    private static final double SECONDS_PER_KILL = 4;
    private static final double MAX_PACE = 25_000;
    private static final double SECONDS_BEFORE_NEXT_KILL = 3;
    private static final double SECONDS_WHEN_LATE = 10;

    private final InputFile input;
    private final Path ledger;
    private final Path log;
    private final double usualPace;
    private final boolean atMaster;
    private final ObjectMapper json = new ObjectMapper();
    private volatile FeedStatus status = FeedStatus.nothingYet();
    private @Nullable ChildJvm process;
    private double pace;

    FeedControl(InputFile input, int kills, boolean atMaster, Path data) {
        this.atMaster = atMaster;
        this.input = input;
        this.ledger = data.resolve("client.ledger");
        this.log = data.resolve("client.log");
        double paced = kills == 0 ? 0 : input.lines() / (SECONDS_PER_KILL * kills);
        // An input that is long enough needs no holding back.
        this.usualPace = paced > MAX_PACE ? 0 : paced;
        this.pace = usualPace;
    }

    void start(Children children, List<String> addresses) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                input.path().toString(),
                ledger.toString(),
                String.valueOf(pace),
                (atMaster ? Acknowledgement.MASTER : Acknowledgement.QUORUM).name()));
        arguments.addAll(addresses);
        process = children.add(() -> ChildJvm.start("client", JVM, DemoClient.class, arguments, log, this::hear));
    }

    private void hear(String line) {
        try {
            status = json.readValue(line, FeedStatus.class);
        } catch (JsonProcessingException e) {
            System.err.println("the client said what is no status: " + line);
        }
    }

    /**
     * Sets the pace for now.
     *
     * @param healthy whether a master could be killed now
     * @param nextKill the count of acknowledged lines at which the next one falls, or a negative number for none
     */
    void adjust(boolean healthy, long nextKill) {
        double wanted = usualPace;
        if (!healthy && nextKill >= 0) {
            long sent = status.sent();
            double most = sent < nextKill
                    ? (nextKill - sent) / SECONDS_BEFORE_NEXT_KILL
                    : (input.lines() - sent) / SECONDS_WHEN_LATE;
            most = Math.max(most, 0.05);
            wanted = usualPace > 0 ? Math.min(usualPace, most) : most;
        }
        // Differences that nobody can see are not worth a message.
        if (Math.abs(wanted - pace) > 0.1 * pace) {
            pace = wanted;
            process().tell("pace " + pace);
        }
    }

    FeedStatus status() {
        return status;
    }

    Path ledger() {
        return ledger;
    }

    Path log() {
        return log;
    }

    ChildJvm process() {
        ChildJvm current = process;
        if (current == null) {
            throw new IllegalStateException("the client has not been started");
        }
        return current;
    }

    boolean isStarted() {
        return process != null;
    }
}
