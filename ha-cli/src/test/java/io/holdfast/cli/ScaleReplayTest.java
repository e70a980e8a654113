package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaleReplayTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int replay(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("scale", "replay"));
        all.addAll(List.of(args));
        return Ha.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    @Test
    void aTraceThatIsMadeUpIsRunAndPlotted() throws Exception {
        Path svg = directory.resolve("run.svg");
        assertEquals(ExitCodes.WHOLE, replay("flash-crowd", "--seed", "7", "--svg", svg.toString()), err::toString);
        assertTrue(out.toString().startsWith("flash-crowd: "), out.toString());
        assertTrue(out.toString().contains("grow to "), out.toString());
        assertTrue(Files.readString(svg).startsWith("<svg "));
        String first = out.toString();
        replay("flash-crowd", "--seed", "7");
        assertEquals(first, out.toString()); // the same again
    }

    @Test
    void aFileIsRunAndPrintedAsData() throws Exception {
        StringBuilder lines = new StringBuilder("time,requests\n");
        for (int minute = 0; minute <= 60; minute++) {
            lines.append(minute * 60)
                    .append(',')
                    .append(minute < 30 ? 100 : 400)
                    .append('\n');
        }
        Path file = Files.writeString(directory.resolve("load.csv"), lines);
        assertEquals(ExitCodes.WHOLE, replay(file.toString(), "--json", "--least", "2"), err::toString);
        List<String> printed = out.toString().lines().toList();
        JsonNode before = new ObjectMapper().readTree(printed.get(300));
        JsonNode after = new ObjectMapper().readTree(printed.get(printed.size() - 2));
        JsonNode scores = new ObjectMapper().readTree(printed.get(printed.size() - 1));
        assertTrue(after.path("serving").asInt() > before.path("serving").asInt(), before + " " + after);
        assertTrue(after.path("serving").asInt() >= after.path("needed").asInt(), after.toString());
        assertEquals("load.csv", scores.path("trace").asText());
    }

    @Test
    void whatIsNoTraceIsNamed() throws Exception {
        assertEquals(ExitCodes.FAILED, replay(directory.resolve("none.csv").toString()));
        Path file = Files.writeString(directory.resolve("bad.csv"), "0,1\n1,much\n");
        assertEquals(ExitCodes.FAILED, replay(file.toString()));
        assertTrue(err.toString().contains("bad.csv, line 2"), err.toString());
        assertEquals(ExitCodes.USAGE, replay("ramp", "--every", "0"));
        assertEquals(ExitCodes.USAGE, replay("ramp", "--least", "9", "--most", "3"));
    }
}
