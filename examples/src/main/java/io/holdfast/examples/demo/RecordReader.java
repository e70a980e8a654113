package io.holdfast.examples.demo;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records of a file, one after the other: the bytes between line feeds, whatever they are. A last line feed ends the
 * last record and begins none, so that a file with and one without it have the same records.
 */
final class RecordReader implements Closeable {
    /** The longest record: what {@code LogReplication.maxEntryBytes} allows by default, less the record's number. */
    static final int MAX_BYTES = (4 << 20) - Long.BYTES;

    private final Path file;
    private final InputStream in;
    private final byte[] chunk = new byte[64 << 10];
    private int at;
    private int end;
    private long number;

    RecordReader(Path file) throws IOException {
        this(file, Files.newInputStream(file));
    }

    /** Reads what {@code in} gives, and closes it at the end; {@code file} is for messages. */
    RecordReader(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /**
     * The next record.
     *
     * @return null after the last one
     * @throws IOException also if a record is longer than {@link #MAX_BYTES}
     */
    byte @Nullable [] next() throws IOException {
        if (at == end && !fill()) {
            return null;
        }
        byte[] record = new byte[0];
        while (true) {
            int feed = at;
            while (feed < end && chunk[feed] != '\n') {
                feed++;
            }
            record = append(record, feed - at);
            at = feed;
            if (at < end) {
                at++;
                break;
            }
            if (!fill()) {
                break;
            }
        }
        number++;
        return record;
    }

    private byte[] append(byte[] record, int more) throws IOException {
        if (record.length + more > MAX_BYTES) {
            throw new IOException("line " + (number + 1) + " of " + file + " is longer than the " + MAX_BYTES
                    + " bytes that one write may have; split it");
        }
        byte[] longer = Arrays.copyOf(record, record.length + more);
        System.arraycopy(chunk, at, longer, record.length, more);
        return longer;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(chunk));
        return end > 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
