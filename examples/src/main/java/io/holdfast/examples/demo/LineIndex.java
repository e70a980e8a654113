package io.holdfast.examples.demo;

import io.holdfast.replication.StateMachine.Entry;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/** The input's lines by number, to compare with: eight bytes of memory a line, and a window on the file. */
final class LineIndex implements Closeable {
    private static final int WINDOW_BYTES = 1 << 20;

    private final Path path;
    private final FileChannel file;
    private final long[] starts;
    private final int lines;
    private ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private long windowStart;

    private LineIndex(Path path, FileChannel file, long[] starts, int lines) {
        this.path = path;
        this.file = file;
        this.starts = starts;
        this.lines = lines;
    }

    /**
     * Reads the file once.
     *
     * @param expected is given each line, and what comes of it is the state that a perfect run has
     */
    static LineIndex read(Path path, LineLedger expected) throws IOException {
        long[] starts = new long[1024];
        int count = 0;
        try (RecordReader records = new RecordReader(path)) {
            for (byte[] line = records.next(); line != null; line = records.next()) {
                if (count + 1 == starts.length) {
                    starts = Arrays.copyOf(starts, 2 * starts.length);
                }
                starts[count + 1] = starts[count] + line.length + 1;
                expected.apply(new Entry(count + 1L, 1, 0, ByteBuffer.wrap(LineLedger.command(count, line))));
                count++;
            }
        }
        return new LineIndex(path, FileChannel.open(path), starts, count);
    }

    /** How many lines there are. */
    int lines() {
        return lines;
    }

    /** True if the input has a line of this number and it has these bytes. */
    boolean matches(long number, ByteBuffer bytes) {
        if (number < 0 || number >= lines) {
            return false;
        }
        int index = (int) number;
        // The line feed after the line is not part of it; after the last line there may be none, which no byte compared
        // here depends on.
        int length = (int) (starts[index + 1] - starts[index] - 1);
        return length == bytes.remaining() && bytes.equals(line(starts[index], length));
    }

    /** A line that there is; valid until the next one. */
    ByteBuffer line(int number) {
        return line(starts[number], (int) (starts[number + 1] - starts[number] - 1));
    }

    private ByteBuffer line(long start, int length) {
        if (start < windowStart || start + length > windowStart + window.limit()) {
            load(start, length);
        }
        return window.slice((int) (start - windowStart), length);
    }

    private void load(long start, int length) {
        try {
            window = length > window.capacity() ? ByteBuffer.allocate(length) : window.clear();
            windowStart = start;
            while (window.hasRemaining() && file.read(window, start + window.position()) >= 0) {
                // until the window is full or the file is over
            }
            window.flip();
            if (window.limit() < length) {
                throw new IOException(path + " has become shorter while it was compared");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
