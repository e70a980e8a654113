package io.holdfast.core;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A {@link KeyRing} in a file of the operator's. */
record KeyFile(Path file) implements KeyRing.Source {
    private static final int LARGEST_BYTES = 64 * 1024;

    @Override
    public KeyRing read() throws IOException {
        List<String> keys = text().lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        try {
            return KeyRing.of(keys);
        } catch (IllegalArgumentException useless) {
            throw new IOException(file + ": " + useless.getMessage(), useless);
        }
    }

    private String text() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LARGEST_BYTES + 1);
            if (content.length > LARGEST_BYTES) {
                throw new IOException(file + " is longer than 64 KiB; is it a file of keys?");
            }
            return new String(content, StandardCharsets.US_ASCII);
        } catch (IOException unreadable) {
            throw new IOException("the keys cannot be read: " + unreadable, unreadable);
        }
    }

    @Override
    public String toString() {
        return "keys in " + file;
    }
}
