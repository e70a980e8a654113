package io.holdfast.backup.source;

import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupSource.Parts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/** Carries an interrupt out of a part's content, which may throw nothing but exceptions of input and output. */
final class Interrupted extends InterruptedIOException {
    private static final long serialVersionUID = 1L;

    private Interrupted(InterruptedException cause) {
        super("interrupted");
        initCause(cause);
    }

    /** What may be interrupted while it writes. */
    @FunctionalInterface
    interface Writing {
        void writeTo(OutputStream out) throws IOException, InterruptedException;
    }

    /** As {@link Parts#put}. */
    static void put(Parts parts, String part, boolean compressed, Writing writing)
            throws IOException, InterruptedException {
        Content content = out -> {
            try {
                writing.writeTo(out);
            } catch (InterruptedException interrupted) {
                throw new Interrupted(interrupted);
            }
        };
        try {
            parts.put(part, compressed, content);
        } catch (Interrupted interrupted) {
            throw interrupted.again("interrupted while it wrote the part " + part);
        }
    }

    private InterruptedException again(String message) {
        InterruptedException again = new InterruptedException(message);
        again.initCause(this);
        return again;
    }

    /** To be asked, in a part's content, by what does not block for long. */
    static void checkInContent(String what) throws Interrupted {
        try {
            check(what);
        } catch (InterruptedException interrupted) {
            throw new Interrupted(interrupted);
        }
    }

    /** To be asked by what does not block for long. */
    static void check(String what) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted: " + what);
        }
    }
}
