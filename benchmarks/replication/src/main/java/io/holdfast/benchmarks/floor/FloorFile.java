package io.holdfast.benchmarks.floor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that is filled before it is measured, and written from the beginning again when it ends. */
final class FloorFile {
    private static final int CAPACITY = 256 << 20;
    private static final int STEP = 1 << 20;

    private final FileChannel channel;
    private long position;

    FloorFile(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ByteBuffer zeros = ByteBuffer.allocateDirect(STEP);
        for (long at = 0; at < CAPACITY; at += STEP) {
            write(zeros.clear(), at);
        }
        channel.force(true);
    }

    void append(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (position + length > CAPACITY) {
            position = 0;
        }
        write(bytes, position);
        position += length;
    }

    private void write(ByteBuffer bytes, long from) throws IOException {
        long at = from;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    void force() throws IOException {
        channel.force(false);
    }
}
