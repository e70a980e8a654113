package io.holdfast.verification.torture;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Something that {@link GrantChecker} has to know, as a line of JSON. Times are the system's monotonic nanoseconds, which are
 * the same for all processes of a machine.
 *
 * @param time when
 * @param node of which node
 * @param role which role; empty for what happens to the process
 * @param event one of the constants
 * @param token of the grant, or of the write; 0 for none
 * @param orderly for {@link #ENDED}: whether it was handed over, and not lost
 * @param overran for {@link #ENDED} and {@link #OVERRUNS}: whether the callback took longer than it was allowed to
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
record GrantEvent(long time, String node, String role, String event, long token, boolean orderly, boolean overran) {
    /** The role's callback begins. */
    static final String GRANTED = "granted";
    /** The role's callback is to end, and is going to take longer than it is allowed to. */
    static final String OVERRUNS = "overruns";
    /** The role's callback, and what it started, has ended. */
    static final String ENDED = "ended";
    /** The process was killed. */
    static final String KILLED = "killed";
    /** The process stands still from here on. */
    static final String STOPPED = "stopped";
    /** It goes on. */
    static final String CONTINUED = "continued";
    /** The outside store took a write with this token. */
    static final String TAKEN = "taken";
    /** The outside store refused a write with this token. */
    static final String REFUSED = "refused";

    private static final ObjectMapper JSON = new ObjectMapper();

    static GrantEvent granted(long time, String node, String role, long token) {
        return new GrantEvent(time, node, role, GRANTED, token, false, false);
    }

    static GrantEvent overruns(long time, String node, String role, long token) {
        return new GrantEvent(time, node, role, OVERRUNS, token, false, true);
    }

    static GrantEvent ended(long time, String node, String role, long token, boolean orderly, boolean overran) {
        return new GrantEvent(time, node, role, ENDED, token, orderly, overran);
    }

    static GrantEvent mark(long time, String node, String event) {
        return new GrantEvent(time, node, "", event, 0, false, false);
    }

    static GrantEvent write(long time, String node, String role, long token, boolean taken) {
        return new GrantEvent(time, node, role, taken ? TAKEN : REFUSED, token, false, false);
    }

    String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static GrantEvent fromJson(String line) {
        try {
            var node = JSON.readTree(line);
            return new GrantEvent(
                    node.path("time").asLong(),
                    node.path("node").asText(""),
                    node.path("role").asText(""),
                    node.path("event").asText(""),
                    node.path("token").asLong(),
                    node.path("orderly").asBoolean(),
                    node.path("overran").asBoolean());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of a file; what a killed process has written of its last line is left out. */
    static List<GrantEvent> read(Path file) throws IOException {
        List<GrantEvent> events = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                if (line.endsWith("}")) {
                    events.add(fromJson(line));
                }
            }
        }
        return events;
    }
}
