package io.holdfast.autoscale.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.autoscale.Load;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Traces from files: a load over time, as {@code .csv}, or snapshots that were recorded, as JSON, one a line.
 *
 * <p>A line of the first is a time, as an instant or in seconds, and requests a second, and may add the share of nodes whose figures
 * arrived: {@code 2026-03-01T08:00:00Z,412.5,1}; a first line that is no such line is a heading. A line of the second is an object with
 * {@code at}, {@code ready} and {@code metrics}, in each of which {@code reported} and {@code sum} count; the load is {@link
 * Simulation#REQUESTS} if the snapshot has that, and else what its {@link Load#CPU} would be of the service's nodes. Between two lines
 * the load is the former's.
 */
public final class TraceFile {
    private static final int MOST_SECONDS = (int) Duration.ofDays(31).toSeconds();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final ServiceSettings service;
    private final List<Line> lines = new ArrayList<>();

    private record Line(double second, double rate, double told) {}

    private TraceFile(Path file, ServiceSettings service) {
        this.file = file;
        this.service = service;
    }

    /**
     * That file's trace.
     *
     * @throws IOException if it cannot be read, or is none; the message says which line is wrong
     */
    public static Trace read(Path file, ServiceSettings service) throws IOException {
        return new TraceFile(file, service).read();
    }

    private Trace read() throws IOException {
        int number = 0;
        for (String text : Files.readAllLines(file)) {
            number++;
            if (text.isBlank()) {
                continue;
            }
            try {
                Line line = text.stripLeading().startsWith("{")
                        ? snapshot(JSON.readTree(text))
                        : figures(text, number == 1);
                if (line != null) {
                    add(line);
                }
            } catch (IOException | IllegalArgumentException | DateTimeException wrong) {
                throw new IOException(file + ", line " + number + ": " + wrong.getMessage(), wrong);
            }
        }
        if (lines.size() < 2) {
            throw new IOException(file + " holds no trace: it takes two lines at least");
        }
        return trace();
    }

    private void add(Line line) {
        if (!(line.rate >= 0) || Double.isInfinite(line.rate) || !(line.told >= 0 && line.told <= 1)) {
            throw new IllegalArgumentException(
                    "requests a second are from 0, and a share is from 0 to 1, not " + line.rate + " and " + line.told);
        }
        if (!lines.isEmpty() && line.second <= lines.get(lines.size() - 1).second) {
            throw new IllegalArgumentException("it is not after the line before");
        }
        if (!lines.isEmpty() && line.second - lines.get(0).second > MOST_SECONDS) {
            throw new IllegalArgumentException("a trace is of " + MOST_SECONDS / 86_400 + " days at most");
        }
        lines.add(line);
    }

    private static @Nullable Line figures(String text, boolean first) {
        String[] cells = text.split(",", -1);
        if (cells.length < 2 || cells.length > 3) {
            throw new IllegalArgumentException("it has " + cells.length + " cells, not time, rate and share");
        }
        double second;
        try {
            second = second(cells[0].strip());
        } catch (DateTimeException | NumberFormatException heading) {
            if (first) {
                return null;
            }
            throw new IllegalArgumentException("\"" + cells[0] + "\" is neither an instant nor seconds", heading);
        }
        double told = cells.length == 3 ? Double.parseDouble(cells[2].strip()) : 1;
        return new Line(second, Double.parseDouble(cells[1].strip()), told);
    }

    private static double second(String text) {
        return text.contains("T") ? Instant.parse(text).toEpochMilli() / 1e3 : Double.parseDouble(text);
    }

    private Line snapshot(JsonNode json) {
        int ready = json.path("ready").asInt();
        JsonNode requests = json.path("metrics").path(Simulation.REQUESTS);
        JsonNode cpu = json.path("metrics").path(Load.CPU);
        boolean exact = requests.path("reported").asInt() > 0;
        JsonNode metric = exact ? requests : cpu;
        int reported = metric.path("reported").asInt();
        double before = lines.isEmpty() ? 0 : lines.get(lines.size() - 1).rate;
        double each = reported == 0 ? 0 : metric.path("sum").asDouble() / reported * (exact ? 1 : service.perNode());
        return new Line(
                second(json.path("at").asText()),
                reported == 0 ? before : each * ready,
                ready == 0 ? 0 : Math.min(1, reported / (double) ready));
    }

    private Trace trace() {
        double first = lines.get(0).second;
        int seconds = (int) Math.ceil(lines.get(lines.size() - 1).second - first);
        double[] rates = new double[seconds];
        double[] told = new double[seconds];
        for (int i = 0; i + 1 < lines.size(); i++) {
            int from = (int) Math.ceil(lines.get(i).second - first);
            int to = (int) Math.ceil(lines.get(i + 1).second - first);
            Arrays.fill(rates, from, to, lines.get(i).rate);
            Arrays.fill(told, from, to, lines.get(i).told);
        }
        return new Trace(String.valueOf(file.getFileName()), rates, told);
    }
}
