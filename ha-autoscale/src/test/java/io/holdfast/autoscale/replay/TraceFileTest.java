package io.holdfast.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {
    private static Trace read(Path directory, String name, String... lines) throws IOException {
        Path file = directory.resolve(name);
        Files.write(file, List.of(lines));
        return TraceFile.read(file, ServiceSettings.usual());
    }

    @Test
    void aLoadInSeconds(@TempDir Path directory) throws IOException {
        Trace trace = read(directory, "load.csv", "second,rate", "0,10", "60,20", "90,20");
        assertEquals("load.csv", trace.name());
        assertEquals(90, trace.seconds());
        assertEquals(10, trace.rate(59));
        assertEquals(20, trace.rate(60));
        assertEquals(1, trace.told(60));
    }

    @Test
    void aLoadByInstantsWithTheShareThatArrived(@TempDir Path directory) throws IOException {
        Trace trace = read(
                directory,
                "load.csv",
                "2026-03-01T08:00:00Z,412.5,1",
                "2026-03-01T08:00:10Z,400,0.5",
                "",
                "2026-03-01T08:00:12Z,1,1");
        assertEquals(12, trace.seconds());
        assertEquals(412.5, trace.rate(0));
        assertEquals(0.5, trace.told(11));
    }

    @Test
    void recordedSnapshots(@TempDir Path directory) throws IOException {
        Trace trace = read(
                directory,
                "load.jsonl",
                "{\"at\":\"2026-03-01T08:00:00Z\",\"ready\":4,\"metrics\":{\"cpu\":{\"reported\":2,\"sum\":1.0,\"max\":0.6}}}",
                "{\"at\":\"2026-03-01T08:00:05Z\",\"ready\":4,\"metrics\":{}}",
                "{\"at\":\"2026-03-01T08:00:10Z\",\"ready\":4,\"metrics\":{\"requests\":{\"reported\":4,\"sum\":90}}}",
                "{\"at\":\"2026-03-01T08:00:15Z\",\"ready\":4,\"metrics\":{}}");
        assertEquals(160, trace.rate(0), 1e-9, "four nodes at one half of 80 a second");
        assertEquals(0.5, trace.told(0));
        assertEquals(160, trace.rate(5), 1e-9, "nobody told: as before");
        assertEquals(0, trace.told(5));
        assertEquals(90, trace.rate(10), 1e-9);
    }

    @Test
    void whatIsWrongIsSaidWithItsLine(@TempDir Path directory) {
        for (String[] lines : new String[][] {
            {"0,10", "60,many"},
            {"0,10", "soon,10"},
            {"0,10", "0,11"},
            {"0,10", "60"},
            {"0,10", "60,-1"},
            {"0,10", "60,10,2"},
            {"0,10", "{\"at\":"},
            {"0,10", "9999999999,10"}
        }) {
            IOException wrong = assertThrows(IOException.class, () -> read(directory, "load.csv", lines));
            assertTrue(String.valueOf(wrong.getMessage()).contains("load.csv, line 2: "), wrong.getMessage());
        }
        assertThrows(IOException.class, () -> read(directory, "load.csv", "0,10"), "one line is no time");
    }
}
