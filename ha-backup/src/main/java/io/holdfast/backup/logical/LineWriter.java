package io.holdfast.backup.logical;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.spi.StateContents.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Writes lines: a header, entries and removals, and an end that says how many there are and what their hash is. For one thread. */
final class LineWriter {
    private static final long NANOS_OF_A_MILLI = 1_000_000;
    /** What a long entry needed is not kept for the short ones. */
    private static final int KEPT_BYTES = 1 << 20;

    private final ObjectMapper mapper = Lines.mapper();
    private final MessageDigest digest = Lines.digest();
    private final OutputStream out;
    private ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long entries;
    private long removals;

    /** @param out stays the caller's */
    LineWriter(OutputStream out, Header header) throws IOException {
        this.out = out;
        write(header.json());
    }

    void entry(Entry entry) throws IOException {
        try (JsonGenerator json = begin(entry.map(), entry.key())) {
            json.writeFieldName("value");
            Bytes.write(json, entry.value());
            if (entry.leftNanos() > 0) {
                json.writeNumberField("leftMillis", (entry.leftNanos() + NANOS_OF_A_MILLI - 1) / NANOS_OF_A_MILLI);
            }
            json.writeEndObject();
        }
        flush();
        entries++;
    }

    void removal(byte[] map, byte[] key) throws IOException {
        try (JsonGenerator json = begin(map, key)) {
            json.writeBooleanField("removed", true);
            json.writeEndObject();
        }
        flush();
        removals++;
    }

    /** The last line. */
    void end() throws IOException {
        String hash = HexFormat.of().formatHex(digest.digest());
        JsonNode last = mapper.createObjectNode()
                .put(Lines.SHA_256, hash)
                .set(
                        Lines.END,
                        mapper.createObjectNode().put("entries", entries).put("removals", removals));
        write(last);
    }

    long entries() {
        return entries;
    }

    long removals() {
        return removals;
    }

    private JsonGenerator begin(byte[] map, byte[] key) throws IOException {
        JsonGenerator json = mapper.getFactory().createGenerator(line);
        json.writeStartObject();
        json.writeFieldName("map");
        Bytes.write(json, map);
        json.writeFieldName("key");
        Bytes.write(json, key);
        return json;
    }

    private void write(JsonNode json) throws IOException {
        line.write(mapper.writeValueAsBytes(json));
        flush();
    }

    private void flush() throws IOException {
        line.write('\n');
        byte[] bytes = line.toByteArray();
        digest.update(bytes);
        out.write(bytes);
        if (bytes.length > KEPT_BYTES) {
            line = new ByteArrayOutputStream();
        } else {
            line.reset();
        }
    }
}
