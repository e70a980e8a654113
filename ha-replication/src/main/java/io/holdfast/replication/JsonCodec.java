package io.holdfast.replication;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** JSON by a mapper of its own, so that an application's settings neither change the bytes nor are changed. */
final class JsonCodec<T> implements Codec<T> {
    private final Class<T> type;
    private final ObjectWriter writer;
    private final ObjectReader reader;

    JsonCodec(Class<T> type) {
        if (type.isPrimitive()) {
            throw new IllegalArgumentException(
                    "Codec.json(" + type + ".class): use the class of the object instead, as in Long.class");
        }
        JsonMapper mapper = JsonMapper.builder()
                .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        this.type = type;
        this.writer = mapper.writerFor(type);
        this.reader = mapper.readerFor(type);
    }

    @Override
    public byte[] encode(T value) {
        try {
            return writer.writeValueAsBytes(type.cast(value));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "cannot write a " + type.getName() + " as JSON: " + e.getOriginalMessage(), e);
        }
    }

    @Override
    public T decode(byte[] bytes) {
        T value;
        try {
            value = reader.readValue(bytes);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot read " + bytes.length + " bytes of JSON as a " + type.getName() + ": " + reason(e), e);
        }
        if (value == null) {
            throw new IllegalArgumentException("the JSON null is no " + type.getName());
        }
        return value;
    }

    /** Without the excerpt of the value, which may be confidential, that Jackson adds for its location. */
    private static String reason(IOException e) {
        return e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.toString();
    }
}
