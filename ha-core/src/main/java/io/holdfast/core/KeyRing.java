package io.holdfast.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * The keys that the nodes of a cluster share: 1 to 8 keys of 256 bits (AES-256). The first one seals, all of them open. So a
 * key is changed while everything runs, in three steps, each on all nodes before the next one: add the new key at the end,
 * move it to the front, take the old one away.
 *
 * <p>A key is given as 64 hexadecimal digits, or as base64 of 32 bytes; {@code openssl rand -hex 32} makes one. Immutable.
 * Safe from any thread. Prints no key: a key is told by its id, eight digits of its hash.
 */
public final class KeyRing {
    /** The length of a key. */
    public static final int KEY_BYTES = 32;
    /** How many keys one key ring has at most. */
    public static final int MOST_KEYS = 8;

    private final List<byte[]> keys;
    private final int[] ids;

    /** Where a key ring comes from; asked again from time to time, so that keys can be changed while running. */
    @FunctionalInterface
    public interface Source {
        /**
         * The keys as they are now. May block; called on a thread that may.
         *
         * @throws IOException if they cannot be read, or are of no use; the earlier ones stay in use
         */
        KeyRing read() throws IOException;

        /** How often it is asked again, 100 ms to 1 h; 5 s by default. */
        default Duration rereadEvery() {
            return Duration.ofSeconds(5);
        }

        /**
         * How far the wall clocks of two processes may differ that have not heard of each other before, 1 s to 1 d; 5 min by
         * default. What was recorded longer ago cannot be replayed at a process that has restarted; those whose clocks differ
         * by more do not get in touch.
         */
        default Duration clockTolerance() {
            return Duration.ofMinutes(5);
        }
    }

    /** Keys that stay. */
    record Fixed(KeyRing ring) implements Source {
        @Override
        public KeyRing read() {
            return ring;
        }

        @Override
        public String toString() {
            return ring.toString();
        }
    }

    private KeyRing(List<byte[]> keys) {
        if (keys.isEmpty() || keys.size() > MOST_KEYS) {
            throw new IllegalArgumentException("there are " + keys.size() + " keys; a key ring has 1 to " + MOST_KEYS);
        }
        this.keys = keys;
        this.ids = new int[keys.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = id(keys.get(i));
            for (int j = 0; j < i; j++) {
                if (ids[i] == ids[j]) {
                    throw new IllegalArgumentException(
                            "keys " + (j + 1) + " and " + (i + 1) + " are the same, or have the same id " + text(ids[i])
                                    + "; take one away, or make another");
                }
            }
        }
    }

    /**
     * Keys as text; the first one seals.
     *
     * @throws IllegalArgumentException saying which one is wrong, without it
     */
    public static KeyRing of(String... keys) {
        return of(Arrays.asList(keys));
    }

    /** The same of a list. */
    public static KeyRing of(List<String> keys) {
        List<byte[]> read = new ArrayList<>();
        for (String key : keys) {
            read.add(parse(key.strip(), read.size() + 1));
        }
        return new KeyRing(read);
    }

    /**
     * Keys in a file, one a line, the first one seals; empty lines and those that begin with {@code #} say nothing. Nobody but
     * the process's user should be able to read it. It is read when the cluster starts, and looked at again every 5 seconds;
     * one that is of no use is told once in the log, and what was read before stays in use.
     */
    public static Source inFile(Path file) {
        return new KeyFile(file);
    }

    /** These keys and no others. */
    public Source always() {
        return new Fixed(this);
    }

    private static byte[] parse(String text, int number) {
        byte[] key;
        try {
            key = text.length() == 2 * KEY_BYTES
                    ? HexFormat.of().parseHex(text)
                    : Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException noDigits) {
            key = new byte[0]; // its message would hold parts of the key
        }
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException(
                    "key " + number + " is neither 64 hexadecimal digits nor base64 of 32 bytes;"
                            + " make one by: openssl rand -hex 32");
        }
        if (MessageDigest.isEqual(key, new byte[KEY_BYTES])) {
            throw new IllegalArgumentException("key " + number + " is all zeros; make one by: openssl rand -hex 32");
        }
        return key;
    }

    private static int id(byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("holdfast key id\0".getBytes(StandardCharsets.US_ASCII));
            byte[] hash = digest.digest(key);
            return (hash[0] & 0xFF) << 24 | (hash[1] & 0xFF) << 16 | (hash[2] & 0xFF) << 8 | (hash[3] & 0xFF);
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException("every JVM has SHA-256", never);
        }
    }

    /** How many keys there are. */
    public int size() {
        return ids.length;
    }

    /** What tells the keys apart in logs and on the wire: eight hexadecimal digits each, the one that seals first. */
    public List<String> ids() {
        return Arrays.stream(ids).mapToObj(KeyRing::text).toList();
    }

    /**
     * A copy of a key.
     *
     * @param index 0 for the one that seals
     */
    public byte[] key(int index) {
        return keys.get(index).clone();
    }

    /** What tells a key apart, as a number. */
    public int id(int index) {
        return ids[index];
    }

    private static String text(int id) {
        return HexFormat.of().toHexDigits(id);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof KeyRing that) || that.size() != size()) {
            return false;
        }
        for (int i = 0; i < keys.size(); i++) {
            if (!MessageDigest.isEqual(keys.get(i), that.keys.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return "keys " + String.join(", ", ids()) + " (the first one seals)";
    }
}
