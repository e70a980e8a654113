package io.holdfast.examples.demo;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * What a map of lines by their numbers holds, in so few words that it can be compared at a glance.
 *
 * @param lines how many
 * @param checksum of all of them by number: the SHA-256 of each one's number (8 bytes), length (4) and bytes
 */
record MapContent(long lines, String checksum) {
    private static final int DIGITS = 16;

    /** Adds lines up, in the order of their numbers. For one thread. */
    static final class Sum {
        private final MessageDigest digest = LineLedger.sha256();
        private long lines;

        void add(long number, byte[] line) {
            digest.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                    .putLong(number)
                    .putInt(line.length)
                    .flip());
            digest.update(line);
            lines++;
        }

        /** No line is there any more. */
        void clear() {
            digest.reset();
            lines = 0;
        }

        /** So far; more may be added afterwards. */
        MapContent now() {
            try {
                MessageDigest copy = (MessageDigest) digest.clone();
                return new MapContent(lines, HexFormat.of().formatHex(copy.digest()));
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("this platform's SHA-256 cannot be copied half-way", e);
            }
        }
    }

    /** As {@link #toText} wrote it. */
    static MapContent parse(String text) {
        String[] words = text.split(" ", 2);
        return new MapContent(Long.parseLong(words[0]), words[1]);
    }

    /** For {@link #parse}. */
    String toText() {
        return lines + " " + checksum;
    }

    /** For people. */
    @Override
    public String toString() {
        return VerdictTable.grouped(lines) + " lines, checksum " + checksum.substring(0, DIGITS);
    }
}
