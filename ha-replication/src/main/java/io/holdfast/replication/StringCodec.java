package io.holdfast.replication;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text as UTF-8, strictly: what cannot be read back as it was is refused. */
enum StringCodec implements Codec<String> {
    INSTANCE;

    /** The text, if it can be read back as it was. */
    static String checked(String text) {
        INSTANCE.encode(text);
        return text;
    }

    @Override
    public byte[] encode(String value) {
        // The JDK's fast path replaces a lone surrogate silently, which would make two keys one.
        if (value.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
            return value.getBytes(StandardCharsets.UTF_8);
        }
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "the text of " + value.length() + " characters holds half a surrogate pair and has no UTF-8", e);
        }
    }

    @Override
    public String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    bytes.length + " bytes are no UTF-8; does every user of the map use Codec.string()?", e);
        }
    }
}
