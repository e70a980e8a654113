package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A file of records, as it was found before the run.
 *
 * @param path where it is
 * @param bytes its length
 * @param lines how many records it has
 * @param sha256 of its bytes, in hexadecimal
 */
record InputFile(Path path, long bytes, long lines, String sha256) {

    /**
     * Reads it once, from end to end.
     *
     * @throws IOException if it cannot be read, or has a record that is too long for one write
     */
    static InputFile scan(Path path) throws IOException {
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new IOException("there is no readable file " + path + "; name one by --input FILE");
        }
        MessageDigest digest = LineLedger.sha256();
        long lines = 0;
        try (RecordReader records = new RecordReader(path, new DigestInputStream(Files.newInputStream(path), digest))) {
            while (records.next() != null) {
                lines++;
            }
        }
        return new InputFile(path, Files.size(path), lines, HexFormat.of().formatHex(digest.digest()));
    }
}
