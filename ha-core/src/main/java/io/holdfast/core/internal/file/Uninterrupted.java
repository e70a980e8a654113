package io.holdfast.core.internal.file;

import java.io.IOException;

/**
 * Keeps an interrupt away from a {@code FileChannel}, which closes itself, for everybody, when a thread that uses it is
 * or becomes interrupted. An interrupt that is pending is set aside for the call. One that arrives in its midst cannot
 * be; so files are used on the loop and on workers, which nobody interrupts.
 */
final class Uninterrupted {

    private Uninterrupted() {}

    /** Something that blocks in the file system. */
    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException;
    }

    static <T> T call(Call<T> call) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            return call.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
