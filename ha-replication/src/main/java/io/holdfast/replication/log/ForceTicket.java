package io.holdfast.replication.log;

import io.holdfast.core.runtime.NoSpaceException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * What had been written at some moment and was not known to be forced. Made and given back on the loop, forced once on
 * the log's worker.
 */
public final class ForceTicket {
    private enum State {
        NEW,
        BEGUN,
        FORCED
    }

    private final List<Segment> segments;
    private final long[] positions;
    private final long lastIndex;
    private final long lastTerm;
    private final long generation;
    private final Consumer<IOException> failed;
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

    ForceTicket(List<Segment> segments, long lastIndex, long lastTerm, long generation, Consumer<IOException> failed) {
        this.segments = segments;
        this.positions = new long[segments.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = segments.get(i).written;
        }
        this.lastIndex = lastIndex;
        this.lastTerm = lastTerm;
        this.generation = generation;
        this.failed = failed;
    }

    /** Index of the log's last entry at that moment, 0 if it was empty. */
    public long lastIndex() {
        return lastIndex;
    }

    /** Term of that entry, 0 if the log was empty. */
    public long lastTerm() {
        return lastTerm;
    }

    /**
     * Forces it. Blocks. Once only, also after a failure: forcing again would prove nothing, and the log refuses all
     * further work.
     *
     * @throws NoSpaceException if there was no room for what was to be written; then it may be called again
     */
    public void force() throws IOException {
        if (!state.compareAndSet(State.NEW, State.BEGUN)) {
            throw new IllegalStateException("this ticket has been used; take a new one from the log");
        }
        try {
            // In the order of writing: a segment counts only together with all before it.
            for (Segment segment : segments) {
                segment.file.force();
            }
        } catch (NoSpaceException e) {
            state.set(State.NEW);
            throw e;
        } catch (IOException e) {
            failed.accept(e);
            throw e;
        }
        state.set(State.FORCED);
    }

    boolean isForced() {
        return state.get() == State.FORCED;
    }

    long generation() {
        return generation;
    }

    /** Notes in the segments how far they are forced. */
    void settle() {
        for (int i = 0; i < positions.length; i++) {
            Segment segment = segments.get(i);
            segment.forced = Math.max(segment.forced, positions[i]);
        }
    }
}
