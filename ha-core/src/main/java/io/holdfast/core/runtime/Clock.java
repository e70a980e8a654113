package io.holdfast.core.runtime;

/** Time. Protocols use {@link #nanoTime()} alone; {@link #wallMillis()} is for people and for stamps they will read. */
public interface Clock {

    /** Monotonic nanoseconds from an arbitrary origin; differences alone have a meaning. */
    long nanoTime();

    /** Milliseconds since 1970-01-01T00:00Z by the wall clock, which may jump in either direction. */
    long wallMillis();
}
