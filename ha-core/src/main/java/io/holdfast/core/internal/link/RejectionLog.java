package io.holdfast.core.internal.link;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.spi.Printable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs why links do not come about: the same text about the same far end at most once in ten seconds, since whoever is
 * rejected comes again. Remembers the latest 256 texts only, for their number is the far ends' choice, and logs at most
 * ten lines a second in all.
 */
final class RejectionLog {
    static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final Logger LOG = LoggerFactory.getLogger(RejectionLog.class);
    private static final int REMEMBERED = 256;
    private static final int LONGEST = 4_096;
    private static final int MAX_LINES_A_SECOND = 10;

    private record Line(String farEnd, String text) {}

    private final Clock clock;
    private final Map<Line, Long> loggedAt = new LinkedHashMap<>();
    private long secondBeganNanos;
    private int linesThisSecond;
    private long leftOut;

    RejectionLog(Clock clock) {
        this.clock = clock;
        this.secondBeganNanos = clock.nanoTime();
    }

    /**
     * A link was rejected. That a node does not serve a protocol is common while it starts, and no reason to wake anybody.
     *
     * @param farEnd what stays the same when the far end comes again: not its port
     */
    void rejected(String farEnd, RejectCode code, String text) {
        if (code == RejectCode.PROTOCOL_NOT_SERVED) {
            if (isDue(farEnd, text)) {
                LOG.info("{}", Printable.of(text, LONGEST));
            }
        } else {
            warn(farEnd, text);
        }
    }

    /** @param farEnd what stays the same when the far end comes again: not its port */
    void warn(String farEnd, String text) {
        if (isDue(farEnd, text)) {
            LOG.warn("{}", Printable.of(text, LONGEST));
        }
    }

    /**
     * Something was refused whose text is the far end's choice: logged once in ten seconds for each far end and reason.
     *
     * @param farEnd what stays the same when the far end comes again: not its port
     * @param known true if there is nothing to wake anybody for, such as a port scan
     */
    void refused(String farEnd, Enum<?> reason, String text, boolean known) {
        if (isDue(farEnd, reason.name())) {
            if (known) {
                LOG.info("{}", Printable.of(text, LONGEST));
            } else {
                LOG.warn("{}", Printable.of(text, LONGEST));
            }
        }
    }

    private boolean isDue(String farEnd, String text) {
        Line line = new Line(farEnd, text);
        long now = clock.nanoTime();
        Long last = loggedAt.get(line);
        if (last != null && now - last < QUIET_NANOS) {
            return false;
        }
        loggedAt.remove(line);
        loggedAt.put(line, now);
        if (loggedAt.size() > REMEMBERED) {
            loggedAt.remove(loggedAt.keySet().iterator().next());
        }
        return fitsThisSecond(now);
    }

    /** Whoever sends other rubbish each time must not fill the disk that the log of this node lies on. */
    private boolean fitsThisSecond(long now) {
        if (now - secondBeganNanos >= TimeUnit.SECONDS.toNanos(1)) {
            if (leftOut > 0) {
                LOG.warn("{} further lines about links that did not come about were left out", leftOut);
            }
            secondBeganNanos = now;
            linesThisSecond = 0;
            leftOut = 0;
        }
        boolean fits = linesThisSecond < MAX_LINES_A_SECOND;
        if (fits) {
            linesThisSecond++;
        } else {
            leftOut++;
        }
        return fits;
    }
}
