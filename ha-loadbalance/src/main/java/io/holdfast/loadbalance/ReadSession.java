package io.holdfast.loadbalance;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Lets reads see the writes of the same user, on whichever node they are answered: it knows up to which index of the log they have to
 * be applied there. It travels as a short text, in a cookie for example. Safe from any thread.
 */
public final class ReadSession {
    private static final int LONGEST = 19;

    private final AtomicLong index;

    private ReadSession(long index) {
        this.index = new AtomicLong(index);
    }

    /** One that has written nothing yet. */
    public static ReadSession begin() {
        return new ReadSession(0);
    }

    /** What {@link #token()} gave; whatever it did not give, or null, is a new session: it comes from a client. */
    public static ReadSession of(@Nullable String token) {
        return new ReadSession(parse(token));
    }

    /** -1 is never returned; 0 for what is no index. */
    static long parse(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > LONGEST) {
            return 0;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
                return 0;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /** A write was answered by a node whose log had come so far, as {@link RoutingHeaders#POSITION} says. */
    public void reached(long position) {
        index.accumulateAndGet(position, Math::max);
    }

    /** The same, as the header says it; anything else, or null, changes nothing. */
    public void reached(@Nullable String position) {
        reached(parse(position));
    }

    /** Up to here it has to be applied. */
    public long index() {
        return index.get();
    }

    /** As text, at most 19 digits. */
    public String token() {
        return Long.toString(index.get());
    }
}
