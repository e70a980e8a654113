package io.holdfast.benchmarks.backup;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Files of 2 MiB, of which half is text and half is noise; the same ones each time. */
final class SampleTree {
    private static final int FILE_BYTES = 2 << 20;
    private static final int FILES_IN_DIRECTORY = 64;
    private static final int PIECE = 4096;
    private static final int WORDS = 20_000;

    private SampleTree() {}

    static void make(Path directory, int mib) throws IOException {
        SplittableRandom random = new SplittableRandom(mib);
        String[] words = new String[WORDS];
        for (int i = 0; i < WORDS; i++) {
            words[i] = word(random);
        }
        int files = Math.max(1, mib / 2);
        for (int file = 0; file < files; file++) {
            Path below = Files.createDirectories(directory.resolve("d" + file / FILES_IN_DIRECTORY));
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(below.resolve("f" + file)), 1 << 16)) {
                for (int written = 0; written < FILE_BYTES; written += PIECE) {
                    out.write(random.nextBoolean() ? noise(random) : text(random, words));
                }
            }
        }
    }

    private static String word(SplittableRandom random) {
        StringBuilder word = new StringBuilder();
        for (int length = 2 + random.nextInt(9); length > 0; length--) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }

    private static byte[] noise(SplittableRandom random) {
        byte[] noise = new byte[PIECE];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] text(SplittableRandom random, String[] words) {
        StringBuilder text = new StringBuilder(PIECE);
        while (text.length() < PIECE) {
            // Some words come more often than others, as in any text.
            int at = Math.min(random.nextInt(WORDS), random.nextInt(WORDS));
            text.append(words[at]).append(' ');
        }
        return text.substring(0, PIECE).getBytes(StandardCharsets.US_ASCII);
    }
}
