package io.holdfast.backup.logical;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What writing and reading lines have in common. */
final class Lines {
    static final String END = "end";
    static final String SHA_256 = "sha256";

    private Lines() {}

    static ObjectMapper mapper() {
        return JsonMapper.builder(JsonFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static JsonNode tree(byte[] bytes) throws IOException {
        ObjectMapper mapper = mapper();
        try (TokenBuffer buffer = new TokenBuffer(mapper, false)) {
            JsonGenerator out = buffer;
            Bytes.write(out, bytes);
            return mapper.readTree(buffer.asParser());
        }
    }

    static long number(JsonNode json, String field) throws IOException {
        JsonNode number = json.get(field);
        if (number == null || !number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
            throw new IOException("\"" + field + "\" is no number");
        }
        return number.longValue();
    }
}
