package io.holdfast.backup.logical;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Reads what a {@link LineWriter} wrote. Only who has come to its end knows that all of it is as it was. For one thread. */
final class LineReader {
    /** No entry of a log is longer than 16 MiB, and no byte takes more than six characters. */
    private static final int MAX_LINE_BYTES = 6 * (16 << 20) + (64 << 10);

    private static final int KEPT_BYTES = 1 << 20;

    private final ObjectMapper mapper = Lines.mapper();
    private final MessageDigest digest = Lines.digest();
    private final InputStream in;
    private final Header header;
    private ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long number;
    private long entries;
    private long removals;

    /** @param in stays the caller's */
    LineReader(InputStream in) throws IOException {
        this.in = new BufferedInputStream(in, 64 << 10);
        byte[] first = nextLine();
        JsonNode json = parsed(first);
        try {
            this.header = Header.of(json);
        } catch (IOException e) {
            throw at(e);
        }
        digest.update(first);
    }

    Header header() {
        return header;
    }

    /** @return null at the end, where all has been checked */
    @Nullable
    Line next() throws IOException {
        byte[] bytes = nextLine();
        JsonNode json = parsed(bytes);
        try {
            JsonNode end = json.get(Lines.END);
            if (end != null) {
                checkEnd(json, end);
                return null;
            }
            digest.update(bytes);
            return line(json);
        } catch (IOException e) {
            throw at(e);
        }
    }

    private Line line(JsonNode json) throws IOException {
        byte[] map = Bytes.read("map", json.get("map"));
        byte[] key = Bytes.read("key", json.get("key"));
        if (json.path("removed").asBoolean()) {
            removals++;
            return new Line(map, key, null, 0);
        }
        entries++;
        long left = json.has("leftMillis") ? Lines.number(json, "leftMillis") : 0;
        return new Line(map, key, Bytes.read("value", json.get("value")), left);
    }

    private void checkEnd(JsonNode json, JsonNode end) throws IOException {
        if (Lines.number(end, "entries") != entries || Lines.number(end, "removals") != removals) {
            throw new IOException(end + " were written, and " + entries + " entries and " + removals
                    + " removals are there: lines are missing or were added");
        }
        String hash = HexFormat.of().formatHex(digest.digest());
        if (!hash.equals(json.path(Lines.SHA_256).asText())) {
            throw new IOException("the lines before this one were changed: their hash is " + hash);
        }
        if (in.read() >= 0) {
            throw new IOException("something follows the last line");
        }
    }

    private JsonNode parsed(byte[] bytes) throws IOException {
        JsonNode json;
        try {
            json = mapper.readTree(bytes);
        } catch (IOException e) {
            throw at(e);
        }
        if (json == null || !json.isObject()) {
            throw at(new IOException("it is no JSON object"));
        }
        return json;
    }

    /** Without its content, which is the user's. */
    private IOException at(IOException cause) {
        String why = cause instanceof JsonProcessingException json ? json.getOriginalMessage() : cause.getMessage();
        return new IOException("line " + number + " of the logical backup is damaged: " + why, cause);
    }

    /** With its line feed. */
    private byte[] nextLine() throws IOException {
        line.reset();
        number++;
        for (int next = in.read(); next >= 0; next = in.read()) {
            line.write(next);
            if (next == '\n') {
                byte[] bytes = line.toByteArray();
                if (bytes.length > KEPT_BYTES) {
                    line = new ByteArrayOutputStream();
                }
                return bytes;
            }
            if (line.size() > MAX_LINE_BYTES) {
                throw at(new IOException("it is longer than " + MAX_LINE_BYTES + " bytes"));
            }
        }
        throw new EOFException("the logical backup is cut short: it ends in line " + number
                + ", before the line that says how much there is");
    }
}
