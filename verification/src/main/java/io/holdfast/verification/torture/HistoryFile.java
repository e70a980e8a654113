package io.holdfast.verification.torture;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.holdfast.testkit.LinearizabilityChecker;
import io.holdfast.testkit.LinearizabilityChecker.Result;
import io.holdfast.testkit.LinearizabilityChecker.Verdict;
import io.holdfast.testkit.Operation;
import io.holdfast.testkit.Operation.Outcome;
import io.holdfast.testkit.RegisterModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A history as {@link HistoryWriter} writes it, read from its file and checked. A key's operations have to be some hundred at
 * most, which {@link KeySpace} sees to; then the search is exact and short, and if it is not, the verdict says so.
 */
final class HistoryFile {
    private static final int MAX_CONFIGURATIONS = 4_000_000;

    /**
     * What was found.
     *
     * @param operations how many calls
     * @param ok how many took effect, or read something
     * @param failed how many had no effect, mismatches among them
     * @param unknown how many nobody knows about
     * @param keys how many keys
     * @param verdict over all of them
     * @param report for people, if it is no LINEARIZABLE
     */
    record Summary(long operations, long ok, long failed, long unknown, int keys, Verdict verdict, String report) {}

    private record Line(
            int process,
            String type,
            String f,
            String key,
            @Nullable Object value,
            long time,
            String error) {}

    private record Begun(Line call, int order) {}

    private final Map<String, List<Operation>> byKey = new TreeMap<>();
    private final Map<Integer, Begun> begun = new HashMap<>();
    private final Set<Integer> ended = new HashSet<>();
    private final JsonFactory json = new JsonFactory();
    private long ok;
    private long failed;
    private long unknown;

    private HistoryFile() {}

    /** Reads and checks a file. */
    static Summary check(Path file) throws IOException {
        HistoryFile history = new HistoryFile();
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int order = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                history.add(history.parse(line), order++);
            }
        }
        history.begun.values().forEach(call -> history.finish(call, null, 0));
        return history.check();
    }

    private Line parse(String text) throws IOException {
        int process = -1;
        String type = "";
        String f = "";
        String key = "";
        Object value = null;
        long time = 0;
        String error = "";
        try (JsonParser parser = json.createParser(text)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "process" -> process = parser.getIntValue();
                    case "type" -> type = parser.getText();
                    case "f" -> f = parser.getText();
                    case "key" -> key = parser.getText();
                    case "value" -> value = value(parser);
                    case "time" -> time = parser.getLongValue();
                    case "error" -> error = parser.getText();
                    default -> parser.skipChildren();
                }
            }
        }
        return new Line(process, type, f, key, value, time, error);
    }

    /** A string, null, or a pair of these. */
    private static @Nullable Object value(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return parser.currentToken() == JsonToken.VALUE_NULL ? null : parser.getText();
        }
        parser.nextToken();
        Object expected = value(parser);
        parser.nextToken();
        Object update = value(parser);
        parser.nextToken();
        return new RegisterModel.Swap(expected, update);
    }

    private void add(Line line, int order) throws IOException {
        if (line.type().equals(HistoryWriter.INVOKE)) {
            if (ended.contains(line.process())) {
                throw new IOException("process " + line.process() + " goes on after an unknown outcome: " + line);
            }
            if (begun.put(line.process(), new Begun(line, order)) != null) {
                throw new IOException("process " + line.process() + " calls twice at once: " + line);
            }
            return;
        }
        Begun call = begun.remove(line.process());
        if (call == null) {
            throw new IOException("an answer without a call: " + line);
        }
        finish(call, line, order);
    }

    /** @param answer null if there is none */
    private void finish(Begun call, @Nullable Line answer, int order) {
        Line line = call.call();
        String type = answer == null ? HistoryWriter.INFO : answer.type();
        boolean mismatch = answer != null && answer.error().equals(HistoryWriter.MISMATCH);
        Outcome outcome;
        if (type.equals(HistoryWriter.OK)) {
            outcome = Outcome.OK;
            ok++;
        } else if (type.equals(HistoryWriter.FAIL)) {
            failed++;
            outcome = mismatch ? Outcome.OK : Outcome.FAIL;
        } else {
            outcome = Outcome.INFO;
            unknown++;
            ended.add(line.process());
        }
        boolean read = line.f().equals(RegisterModel.GET);
        boolean swap = line.f().equals(RegisterModel.CAS);
        boolean known = outcome == Outcome.OK && (read || swap);
        Object output = !known ? null : read ? answer.value() : Boolean.valueOf(!mismatch);
        boolean none = outcome == Outcome.INFO;
        byKey.computeIfAbsent(line.key(), key -> new ArrayList<>())
                .add(new Operation(
                        line.process(),
                        line.f(),
                        line.key(),
                        read ? null : line.value(),
                        output,
                        known,
                        outcome,
                        line.time(),
                        none ? Long.MAX_VALUE : answer.time(),
                        call.order(),
                        none ? Integer.MAX_VALUE : order));
    }

    private Summary check() {
        var checker = new LinearizabilityChecker<Optional<Object>>(new RegisterModel(), MAX_CONFIGURATIONS);
        Verdict verdict = Verdict.LINEARIZABLE;
        String report = "";
        for (List<Operation> ofOneKey : byKey.values()) {
            Result result = checker.check(ofOneKey);
            if (result.verdict() == Verdict.VIOLATION
                    || (result.verdict() == Verdict.UNDECIDED && verdict == Verdict.LINEARIZABLE)) {
                report = verdict == Verdict.VIOLATION ? report : result.report();
                verdict = result.verdict();
            }
        }
        return new Summary(ok + failed + unknown, ok, failed, unknown, byKey.size(), verdict, report);
    }
}
