package io.holdfast.verification.backup;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** What is written: values that can be made again, half of which is noise and half of which compresses. */
final class Values {
    /** How long each is. */
    static final int BYTES = 1024;

    private Values() {}

    /** The value of a key after so many writes. */
    static byte[] of(long key, long version) {
        byte[] value = new byte[BYTES];
        SplittableRandom random = new SplittableRandom(key << 24 ^ version * 0x632BE59BD9B4E019L);
        for (int i = 0; i < BYTES / 2; i += Long.BYTES) {
            long bits = random.nextLong();
            for (int b = 0; b < Long.BYTES; b++) {
                value[i + b] = (byte) (bits >>> (Byte.SIZE * b));
            }
        }
        byte[] text = ("key " + key + " version " + version + "; ").getBytes(StandardCharsets.US_ASCII);
        for (int i = BYTES / 2; i < BYTES; i++) {
            value[i] = text[i % text.length];
        }
        return value;
    }
}
