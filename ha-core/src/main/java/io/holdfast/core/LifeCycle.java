package io.holdfast.core;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Where a node is between being built and being gone, and why it failed if it did. Safe from any thread. */
final class LifeCycle {

    /** The states, in the order in which a node passes through them. */
    enum State {
        /** Built; nothing runs. */
        NEW,
        /** {@code start()} is at work. */
        STARTING,
        /** Started. */
        RUNNING,
        /** On the way out, whatever the reason. */
        STOPPING,
        /** Gone, as was asked. */
        STOPPED,
        /** Gone, because something broke. */
        FAILED
    }

    private static final Map<State, Set<State>> LEGAL = legal();

    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private static Map<State, Set<State>> legal() {
        Map<State, Set<State>> next = new EnumMap<>(State.class);
        next.put(State.NEW, EnumSet.of(State.STARTING, State.STOPPED));
        next.put(State.STARTING, EnumSet.of(State.RUNNING, State.STOPPING));
        next.put(State.RUNNING, EnumSet.of(State.STOPPING));
        next.put(State.STOPPING, EnumSet.of(State.STOPPED, State.FAILED));
        next.put(State.STOPPED, EnumSet.noneOf(State.class));
        next.put(State.FAILED, EnumSet.noneOf(State.class));
        return next;
    }

    static boolean isLegal(State from, State to) {
        return LEGAL.getOrDefault(from, Set.of()).contains(to);
    }

    State state() {
        return state.get();
    }

    /**
     * Goes from one state to the next, unless the node is in another state than {@code from}.
     *
     * @return true if it went
     */
    boolean advance(State from, State to) {
        if (!isLegal(from, to)) {
            throw new IllegalStateException("a node does not go from " + from + " to " + to);
        }
        return state.compareAndSet(from, to);
    }

    /** Keeps the first failure. Returns true if this was it. */
    boolean failed(Throwable cause) {
        return failure.compareAndSet(null, cause);
    }

    @Nullable
    Throwable failure() {
        return failure.get();
    }
}
