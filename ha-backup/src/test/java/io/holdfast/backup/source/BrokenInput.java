package io.holdfast.backup.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;

/** Input that fails in the place of its end. */
final class BrokenInput extends InputStream {
    private final IOException failure;

    private BrokenInput(IOException failure) {
        this.failure = failure;
    }

    static InputStream after(byte[] content, IOException failure) {
        return new SequenceInputStream(new ByteArrayInputStream(content), new BrokenInput(failure));
    }

    @Override
    public int read() throws IOException {
        throw failure;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        throw failure;
    }
}
