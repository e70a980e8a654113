package io.holdfast.replication;

/**
 * Turns values into bytes and back, for a {@link ReplicatedMap}.
 *
 * <p>The bytes are what counts: two keys are the same key if their bytes are equal, and a value is the expected one if
 * its bytes are. So equal values should have equal bytes, and all processes that use a map, also in later versions,
 * must read what the others write. Keys are ordered by their bytes, unsigned.
 *
 * <p>A codec is called on callers' threads, by several at once; it must be thread-safe. It neither keeps nor changes
 * arrays that it is given, and the library neither keeps nor changes those that it returns.
 *
 * @param <T> the type of the values
 */
public interface Codec<T> {

    /**
     * The bytes of a value.
     *
     * @throws IllegalArgumentException if it has none; the call that needed it is not carried out
     */
    byte[] encode(T value);

    /**
     * The value of some bytes.
     *
     * @throws IllegalArgumentException if they are not such a value; a write that the bytes are the answer of has been
     *     carried out nevertheless
     */
    T decode(byte[] bytes);

    /**
     * Text as UTF-8; ordered by code points. Text with half a surrogate pair is refused, as it would be changed on the
     * way.
     */
    static Codec<String> string() {
        return StringCodec.INSTANCE;
    }

    /**
     * Bytes as they are. An array that was put may be changed once the call has returned its result or future, not
     * before.
     */
    static Codec<byte[]> bytes() {
        return BytesCodec.INSTANCE;
    }

    /** Whole numbers in eight bytes, big-endian with the sign bit flipped, so that their order is kept. */
    static Codec<Long> longs() {
        return LongCodec.INSTANCE;
    }

    /**
     * JSON by Jackson with a mapper of its own: records, beans, collections in them. Properties and map entries are
     * written in alphabetical order, so that equal values have equal bytes; sets keep the order of their iteration and
     * are better avoided where values are compared. Properties that the type does not know are ignored, so that nodes
     * of an older version can read what a newer one wrote; writing such a value back loses them.
     *
     * <p>In a named module, the type's package must be open to {@code com.fasterxml.jackson.databind}.
     *
     * @param type a class without type parameters; for a list, wrap it into a record
     * @throws IllegalArgumentException for a primitive type
     */
    static <T> Codec<T> json(Class<T> type) {
        return new JsonCodec<>(type);
    }
}
