package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.HaCluster;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a directory that a real node has written. */
class LogCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path temporary;

    private Path directory;

    @BeforeEach
    void aNodeHasBeenThere() {
        directory = temporary.resolve("node");
        try (HaCluster cluster = HaCluster.singleNode()
                .with(LogReplication.inDirectory(directory).segmentBytes(1 << 20))
                .start()) {
            cluster.awaitReady(Duration.ofSeconds(30));
            ReplicatedMap<String, String> map = ReplicatedMap.in(cluster, "orders", Codec.string(), Codec.string());
            for (int i = 0; i < 20; i++) {
                map.put("key-" + i, "value-" + i);
            }
        }
    }

    private int ha(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Ha.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    private static Map<String, Long> sizesAndTimes(Path of) throws IOException {
        Map<String, Long> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(of)) {
            for (Path file : files.toList()) {
                found.put(file.toString(), Files.getLastModifiedTime(file).toMillis() ^ Files.size(file));
            }
        }
        return found;
    }

    private Path segment() {
        return directory.resolve("log").resolve("0000000001.seg");
    }

    private void flip(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int value = bytes.read();
            bytes.seek(at);
            bytes.write(value ^ 1);
        }
    }

    @Test
    void aWholeDirectoryIsSaidToBeWholeAndNothingIsChanged() throws IOException {
        Map<String, Long> before = sizesAndTimes(directory);
        assertEquals(ExitCodes.WHOLE, ha("log", "verify", directory.toString()), err.toString());
        assertTrue(out.toString().contains("state     whole"), out.toString());
        assertEquals(ExitCodes.WHOLE, ha("log", "verify", "--json", directory.toString()));
        JsonNode check = new ObjectMapper().readTree(out.toString());
        assertEquals("WHOLE", check.get("state").asText());
        assertEquals(0, check.get("problems").size());
        assertEquals(1, check.get("firstIndex").asLong());
        long last = check.get("lastIndex").asLong();
        assertTrue(last >= 22, "a session, a beginning and twenty puts: " + check);
        assertEquals(last, check.get("durableIndex").asLong(), "it was stopped in order");
        assertEquals(before, sizesAndTimes(directory));
    }

    @Test
    void entriesArePrintedOneALine() throws IOException {
        assertEquals(ExitCodes.WHOLE, ha("log", "dump", directory.toString()));
        List<String> lines = out.toString().lines().toList();
        assertTrue(lines.get(0).startsWith("1 1 "), lines.get(0));
        assertEquals(
                20, lines.stream().filter(line -> line.contains(" for maps, ")).count());
        assertEquals(ExitCodes.WHOLE, ha("log", "dump", "--from", "3", "--to", "4", "--json", directory.toString()));
        lines = out.toString().lines().toList();
        assertEquals(2, lines.size());
        JsonNode entry = new ObjectMapper().readTree(lines.get(1));
        assertEquals(4, entry.get("index").asLong());
        assertTrue(entry.get("file").asText().endsWith(".seg"));
        assertEquals(ExitCodes.WHOLE, ha("log", "dump", "--hex", directory.toString()));
        assertTrue(out.toString().contains("6b65792d37"), "key-7");
    }

    @Test
    void damageIsNamedWithFileAndOffset() throws IOException {
        flip(segment(), 200);
        assertEquals(ExitCodes.DAMAGED, ha("log", "verify", directory.toString()));
        assertTrue(out.toString().contains(segment().toString()), out.toString());
        assertTrue(out.toString().contains("state     damaged"), out.toString());
        assertEquals(ExitCodes.WHOLE, ha("log", "dump", directory.toString()));
        assertTrue(out.toString().lines().count() < 22, "up to the damage");
    }

    @Test
    void aDamagedVoteIsFound() throws IOException {
        flip(directory.resolve("vote"), 20);
        flip(directory.resolve("vote"), 4096 + 20);
        assertEquals(ExitCodes.DAMAGED, ha("log", "verify", directory.toString()));
        assertTrue(out.toString().contains("vote"), out.toString());
    }

    @Test
    void whatIsNoDirectoryOfANodeIsRefused() {
        assertEquals(
                ExitCodes.UNREADABLE,
                ha("log", "verify", temporary.resolve("nowhere").toString()));
        assertTrue(err.toString().contains("nowhere is no node's directory"), err.toString());
        assertEquals(ExitCodes.UNREADABLE, ha("log", "dump", temporary.toString()));
    }

    @Test
    void whatIsNotUnderstoodIsExplained() {
        assertEquals(ExitCodes.USAGE, ha());
        assertTrue(err.toString().contains("Usage: ha"), err.toString());
        assertEquals(ExitCodes.USAGE, ha("log"));
        assertTrue(err.toString().contains("verify or dump"), err.toString());
        assertEquals(ExitCodes.USAGE, ha("log", "verify"));
        assertEquals(ExitCodes.USAGE, ha("log", "dump", "--from", "x", "d"));
        assertEquals(ExitCodes.WHOLE, ha("log", "verify", "--help"));
        assertTrue(out.toString().contains("2   damaged") || out.toString().contains("damaged;"), out.toString());
    }
}
