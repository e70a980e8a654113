package io.holdfast.backup.source;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** One value of JSON a line: a header, rows, and how many they were. */
final class Lines {
    private static final String ROWS = "rows";
    /** A value may be as long as a column may be; a row has to fit into memory, as it did when it was written. */
    private static final JsonMapper MAPPER = JsonMapper.builder(new JsonFactoryBuilder()
                    .rootValueSeparator((String) null)
                    .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                    .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
            .build();

    private Lines() {}

    static JsonGenerator generator(OutputStream out) throws IOException {
        return MAPPER.getFactory().createGenerator(out);
    }

    static void write(JsonGenerator json, JsonNode line) throws IOException {
        MAPPER.writeTree(json, line);
        json.writeRaw('\n');
    }

    static JsonNode end(long rows) {
        return JsonNodeFactory.instance.objectNode().put(ROWS, rows);
    }

    /** How many rows there should have been; -1 if that is not the last line. */
    static long rows(JsonNode line) {
        return line.path(ROWS).canConvertToLong() ? line.path(ROWS).longValue() : -1;
    }

    static JsonParser parser(InputStream in) throws IOException {
        return MAPPER.getFactory().createParser(in);
    }

    /** The next line; null behind the last. */
    static @Nullable JsonNode next(JsonParser parser) throws IOException {
        return parser.nextToken() == null ? null : MAPPER.readTree(parser);
    }
}
