package io.holdfast.integrations.backup.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Breaks after so many bytes. */
final class BreakingInput extends FilterInputStream {
    private int left;

    BreakingInput(InputStream in, int bytes) {
        super(in);
        left = bytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0) {
            throw new IOException("broken off, as the test says");
        }
        int read = super.read(bytes, offset, Math.min(length, left));
        left -= Math.max(read, 0);
        return read;
    }
}
