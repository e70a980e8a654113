package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordReaderTest {

    private static List<byte[]> records(byte[] bytes) {
        List<byte[]> records = new ArrayList<>();
        try (RecordReader reader = new RecordReader(Path.of("input.txt"), new ByteArrayInputStream(bytes))) {
            for (byte[] record = reader.next(); record != null; record = reader.next()) {
                records.add(record);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return records;
    }

    private static List<String> texts(String text) {
        return records(text.getBytes(StandardCharsets.UTF_8)).stream()
                .map(record -> new String(record, StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void recordsAreWhatStandsBetweenLineFeeds() {
        assertEquals(List.of(), texts(""));
        assertEquals(List.of(""), texts("\n"));
        assertEquals(List.of("a"), texts("a"));
        assertEquals(List.of("a"), texts("a\n"));
        assertEquals(List.of("a", "", "", "b"), texts("a\n\n\nb"));
        assertEquals(List.of("", "a\r", " "), texts("\na\r\n \n"));
    }

    @Test
    void bytesThatAreNoTextComeThroughUnchanged() {
        byte[] record = {(byte) 0xff, 0, (byte) 0xc3, '\r', (byte) 0x80};
        byte[] file = Arrays.copyOf(record, record.length + 1);
        file[record.length] = '\n';
        assertArrayEquals(record, records(file).get(0));
    }

    @Test
    void aRecordMayBeAsLongAsOneWriteAndNoLonger() {
        byte[] longest = new byte[RecordReader.MAX_BYTES];
        Arrays.fill(longest, (byte) 'x');
        assertEquals(RecordReader.MAX_BYTES, records(longest).get(0).length);
        Throwable problem = assertThrows(
                UncheckedIOException.class, () -> records(Arrays.copyOf(longest, RecordReader.MAX_BYTES + 1)));
        assertTrue(problem.toString().contains("line 1 of input.txt is longer than"), problem.toString());
    }
}
