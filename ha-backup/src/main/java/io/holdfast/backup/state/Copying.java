package io.holdfast.backup.state;

import io.holdfast.backup.BackupSource.Parts;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Bytes of a known number become a part; an interrupt ends that. */
final class Copying {
    private static final int PIECE_BYTES = 64 << 10;

    private Copying() {}

    /** @param bytes so many, no more and no fewer */
    static void put(Parts parts, String part, InputStream in, long bytes) throws IOException, InterruptedException {
        try {
            parts.put(part, true, out -> copy(in, out, bytes));
        } catch (IOException | RuntimeException failed) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException("interrupted while it was written");
                interrupted.initCause(failed);
                throw interrupted;
            }
            throw failed;
        }
    }

    private static void copy(InputStream in, OutputStream out, long bytes) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        long done = 0;
        for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IOException("interrupted after " + done + " of " + bytes + " bytes");
            }
            out.write(piece, 0, read);
            done += read;
        }
        if (done != bytes) {
            throw new EOFException("there are " + done + " bytes where there should be " + bytes);
        }
    }
}
