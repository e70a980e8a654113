package io.holdfast.examples.demo;

import io.holdfast.examples.demo.FeedStatus.Gap;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures what a kill does to the client: the longest time, around the kill, for which something was waiting for an
 * acknowledgement and none came. The watch begins before the signal is sent, and ends with the first acknowledgement of
 * a line that was sent when the process was known to be dead; only a new master can have given it.
 *
 * <p>Safe from any thread. Times are of the monotonic clock, in nanoseconds.
 */
final class GapWatch {
    private static final int NONE = -1;
    private static final long NOT_DEAD = Long.MAX_VALUE;

    private final List<Gap> gaps = new ArrayList<>();
    private int kill = NONE;
    private long firstAfterDeath = NOT_DEAD;
    private long highestSent = -1;
    private long inFlight;
    private long waitingSince;
    private long longest;

    /** A line leaves. */
    synchronized void sent(long number, long now) {
        if (inFlight++ == 0) {
            waitingSince = now;
        }
        highestSent = Math.max(highestSent, number);
    }

    /** A line has been acknowledged. */
    synchronized void acknowledged(long number, long now) {
        longest = Math.max(longest, now - waitingSince);
        waitingSince = now;
        inFlight--;
        if (kill != NONE && number >= firstAfterDeath) {
            close();
        }
    }

    /** A line has left the window without an acknowledgement; the wait goes on. */
    synchronized void givenUp() {
        inFlight--;
    }

    /** The signal is about to be sent. */
    synchronized void killing(int number) {
        close();
        kill = number;
        longest = 0;
    }

    /** The process is dead. */
    synchronized void killed(int number) {
        if (kill == number) {
            firstAfterDeath = highestSent + 1;
        }
    }

    /** No more lines will come. */
    synchronized void close() {
        if (kill != NONE) {
            gaps.add(new Gap(kill, longest / 1_000));
        }
        kill = NONE;
        firstAfterDeath = NOT_DEAD;
    }

    /** What has been measured so far. */
    synchronized List<Gap> gaps() {
        return List.copyOf(gaps);
    }
}
