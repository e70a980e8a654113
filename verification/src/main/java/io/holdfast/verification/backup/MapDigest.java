package io.holdfast.verification.backup;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** All keys and values of a map in a few words: how many, and the SHA-256 of each key and value in the order of the keys. For one thread. */
final class MapDigest {
    private final MessageDigest digest;
    private long entries;

    MapDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256, this one has not", impossible);
        }
    }

    void add(long key, byte[] value) {
        digest.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                .putLong(key)
                .putInt(value.length)
                .flip());
        digest.update(value);
        entries++;
    }

    /** Of all that were added; for once. */
    String told() {
        return entries + " " + HexFormat.of().formatHex(digest.digest());
    }
}
