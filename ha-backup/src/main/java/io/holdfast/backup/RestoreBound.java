package io.holdfast.backup;

import java.time.Instant;

/** Up to where replicated state is restored. Immutable. */
public final class RestoreBound {
    private static final RestoreBound END = new RestoreBound(Long.MAX_VALUE, Long.MAX_VALUE);

    private final long index;
    private final long wallMillis;

    private RestoreBound(long index, long wallMillis) {
        this.index = index;
        this.wallMillis = wallMillis;
    }

    /** All that there is. */
    public static RestoreBound end() {
        return END;
    }

    /**
     * Up to an entry, which is the last one that is wanted.
     *
     * @param index as {@code position()} of a map tells it, at least 1
     */
    public static RestoreBound index(long index) {
        if (index < 1) {
            throw new IllegalArgumentException("entry " + index + "; the first one is 1");
        }
        return new RestoreBound(index, Long.MAX_VALUE);
    }

    /**
     * Up to the entry before that one: what a wrong command is undone with.
     *
     * @param index of the first entry that is not wanted, at least 2
     */
    public static RestoreBound before(long index) {
        return index(index - 1);
    }

    /**
     * Up to a moment, by the masters' wall clocks: entries that were taken in its millisecond are wanted, later ones are not. Masters
     * that follow each other never set that time back.
     */
    public static RestoreBound until(Instant moment) {
        return new RestoreBound(Long.MAX_VALUE, moment.toEpochMilli());
    }

    /** The last entry that is wanted; {@link Long#MAX_VALUE} if no index bounds it. */
    public long lastIndex() {
        return index;
    }

    /** The latest time of an entry that is wanted, in milliseconds since 1970; {@link Long#MAX_VALUE} if no time bounds it. */
    public long lastMillis() {
        return wallMillis;
    }

    /** True for all that there is. */
    public boolean isEnd() {
        return index == Long.MAX_VALUE && wallMillis == Long.MAX_VALUE;
    }

    @Override
    public String toString() {
        if (isEnd()) {
            return "the end";
        }
        return index == Long.MAX_VALUE ? Instant.ofEpochMilli(wallMillis).toString() : "entry " + index;
    }
}
