package io.holdfast.backup.logical;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in JSON: as a text where they are UTF-8, else as {@code {"base64": ...}}. One text stands for one sequence of bytes only, so each comes
 * back as it was.
 */
final class Bytes {
    /** A longer one is in pieces, each a text: Jackson refuses to read texts of more than 20,000,000 characters. */
    static final int PIECE_BYTES = 12 << 20;

    private static final String BASE64 = "base64";

    private Bytes() {}

    static void write(JsonGenerator out, byte[] bytes) throws IOException {
        String text = text(bytes);
        if (text != null) {
            out.writeString(text);
            return;
        }
        out.writeStartObject();
        out.writeFieldName(BASE64);
        if (bytes.length <= PIECE_BYTES) {
            out.writeString(Base64.getEncoder().encodeToString(bytes));
        } else {
            out.writeStartArray();
            for (int at = 0; at < bytes.length; at += PIECE_BYTES) {
                byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PIECE_BYTES));
                out.writeString(Base64.getEncoder().encodeToString(piece));
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    /** Null if they are none, or too long for one. */
    static @Nullable String text(byte[] bytes) {
        if (bytes.length > PIECE_BYTES) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notText) {
            return null;
        }
    }

    /** For people. */
    static String shown(byte[] bytes) {
        String text = text(bytes);
        return text == null ? "base64:" + Base64.getEncoder().encodeToString(bytes) : "\"" + text + "\"";
    }

    /** @throws IOException if it is neither form */
    static byte[] read(String field, @Nullable JsonNode node) throws IOException {
        if (node != null && node.isTextual()) {
            String text = node.textValue();
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (!text.equals(text(bytes))) {
                throw new IOException("\"" + field + "\" has half a pair of characters");
            }
            return bytes;
        }
        JsonNode coded = node == null ? null : node.get(BASE64);
        if (coded != null && coded.isTextual()) {
            return decoded(field, coded);
        }
        if (coded != null && coded.isArray()) {
            byte[] all = new byte[0];
            for (JsonNode each : coded) {
                byte[] piece = decoded(field, each);
                int at = all.length;
                all = Arrays.copyOf(all, at + piece.length);
                System.arraycopy(piece, 0, all, at, piece.length);
            }
            return all;
        }
        throw new IOException("\"" + field + "\" is neither a text nor {\"base64\": ...}");
    }

    private static byte[] decoded(String field, JsonNode piece) throws IOException {
        try {
            return Base64.getDecoder().decode(piece.asText());
        } catch (IllegalArgumentException e) {
            throw new IOException("\"" + field + "\" is not base64: " + e.getMessage(), e);
        }
    }
}
