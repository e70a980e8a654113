package io.holdfast.core.internal.operator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.holdfast.core.spi.Printable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON, with bounds on what is read. Made at the first use: that takes a while, and most nodes are never asked. Safe from any
 * thread.
 */
public final class Json {
    private static final int MAX_DEPTH = 32;
    private static final int LONGEST = 1_024;

    private volatile @Nullable ObjectMapper mapper;

    /** Makes nothing yet. */
    public Json() {}

    private ObjectMapper mapper() {
        ObjectMapper made = mapper;
        if (made == null) {
            StreamReadConstraints bounds =
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build();
            made = JsonMapper.builder(
                            JsonFactory.builder().streamReadConstraints(bounds).build())
                    .build();
            mapper = made;
        }
        return made;
    }

    /** @throws IllegalArgumentException if it cannot be written as JSON */
    public byte[] write(Object value) {
        try {
            return mapper().writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("this cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** An object, in its order. @throws IllegalArgumentException if that is none */
    public Map<String, Object> read(byte[] json) {
        try {
            Map<String, Object> read = mapper().readValue(json, new TypeReference<LinkedHashMap<String, Object>>() {});
            if (read != null) {
                return read;
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("this is no JSON object", e);
        }
        throw new IllegalArgumentException("null is no JSON object");
    }

    /** The arguments of a command. @throws IllegalArgumentException if that is no object of strings */
    Map<String, String> arguments(byte[] json) {
        Map<String, String> arguments = new LinkedHashMap<>();
        read(json).forEach((name, value) -> {
            if (!(value instanceof String text)) {
                throw new IllegalArgumentException("the argument " + printable(name) + " is no string");
            }
            arguments.put(name, text);
        });
        return arguments;
    }

    static String printable(String text) {
        return Printable.of(text, LONGEST);
    }
}
