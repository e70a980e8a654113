package io.holdfast.verification.backup;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is written: values that can be made again, half of which is noise and half of which compresses. */
final class Values {
    /** How long each is. */
    static final int BYTES = 1024;

    private static final Pattern SAID = Pattern.compile("key \\d+ version (\\d+); ");

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

    /** Of which version a value says that it is; -1 if it does not. */
    static long versionIn(byte[] value) {
        String text = new String(value, value.length / 2, value.length - value.length / 2, StandardCharsets.US_ASCII);
        Matcher said = SAID.matcher(text);
        return said.find() ? Long.parseLong(said.group(1)) : -1;
    }
}
