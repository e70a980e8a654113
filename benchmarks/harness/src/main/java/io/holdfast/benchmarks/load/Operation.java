package io.holdfast.benchmarks.load;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One operation in flight; made once and used again and again, so that the load allocates nothing while it is measured. It
 * is the callback of itself, in the shape that a {@code CompletableFuture} takes.
 */
public final class Operation implements BiConsumer<@Nullable Object, @Nullable Throwable> {
    /** Hears of each operation that ends, on whichever thread ends it. */
    interface Listener {
        void ended(Operation operation);
    }

    private final Listener listener;
    private final int slot;
    private final byte[] payload;
    private long startNanos;
    private long endNanos;
    private @Nullable Throwable problem;
    private volatile boolean busy;

    Operation(Listener listener, int slot, byte[] payload) {
        this.listener = listener;
        this.slot = slot;
        this.payload = payload;
    }

    /** Which of the operations of this load it is, from 0; for systems that give no callback to hold on to. */
    public int slot() {
        return slot;
    }

    /** What is to be written; begins with the slot, never changes. */
    public byte[] payload() {
        return payload;
    }

    /** It has been carried out. From any thread, at most once a submission. */
    public void succeeded() {
        end(null);
    }

    /** It has not, or nobody knows. From any thread, at most once a submission. */
    public void failed(Throwable cause) {
        end(cause);
    }

    @Override
    public void accept(@Nullable Object answer, @Nullable Throwable cause) {
        end(cause);
    }

    private void end(@Nullable Throwable cause) {
        problem = cause;
        endNanos = System.nanoTime();
        listener.ended(this);
    }

    void begin(long nowNanos) {
        startNanos = nowNanos;
        busy = true;
    }

    /** Gives it back; what was written to it before is seen by whoever finds it free. */
    void free() {
        busy = false;
    }

    boolean isBusy() {
        return busy;
    }

    long startNanos() {
        return startNanos;
    }

    long endNanos() {
        return endNanos;
    }

    @Nullable
    Throwable problem() {
        return problem;
    }
}
