package io.holdfast.autoscale;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * At least so many nodes at certain times, such as in office hours; at other times it has no opinion. Of several times that overlap the
 * most nodes count. It only ever sets a floor: the load may wish for more.
 *
 * <p>Nodes are wished for by as much before a time begins as they take to start, so that they are there when it does.
 *
 * <p>Where clocks are set forward over a time, it begins when they are set; where they are set back, it begins the first time round. It
 * lasts as long as it is said to, by elapsed time.
 *
 * <p>Immutable; each method returns a changed copy.
 */
public final class ScheduledScaling implements ScalingPolicy {
    private static final Duration LONGEST = Duration.ofDays(31);

    private record Entry(CronStarts starts, Duration lasts, int nodes) {}

    private final ZoneId zone;
    private final List<Entry> entries;

    private ScheduledScaling(ZoneId zone, List<Entry> entries) {
        this.zone = zone;
        this.entries = List.copyOf(entries);
    }

    /** By the clocks of that place; without a time yet. */
    public static ScheduledScaling in(ZoneId zone) {
        return new ScheduledScaling(zone, List.of());
    }

    /**
     * At least so many nodes from each time that matches.
     *
     * @param cron minute, hour, day of the month, month and day of the week, such as {@code 0 8 * * MON-FRI}
     * @param lasts for how long from then on; up to 31 days
     * @param nodes at least 1
     */
    public ScheduledScaling from(String cron, Duration lasts, int nodes) {
        if (lasts.isNegative() || lasts.isZero() || lasts.compareTo(LONGEST) > 0 || nodes < 1) {
            throw new IllegalArgumentException("\"" + cron + "\" is for at least 1 node and up to " + LONGEST.toDays()
                    + " days, not for " + nodes + " and " + lasts);
        }
        List<Entry> all = new ArrayList<>(entries);
        all.add(new Entry(new CronStarts(cron, zone), lasts, nodes));
        return new ScheduledScaling(zone, all);
    }

    @Override
    public Wish wish(ScalingView view) {
        Instant now = view.history().now();
        Entry most = null;
        for (Entry entry : entries) {
            boolean larger = most == null || entry.nodes > most.nodes;
            if (larger && entry.starts.any(now.minus(entry.lasts), now.plus(view.startUp()))) {
                most = entry;
            }
        }
        if (most == null) {
            return Wish.none(toString(), "no time of it");
        }
        return Wish.nodes(
                toString(),
                most.nodes,
                "at least " + most.nodes + " from " + most.starts + " for " + most.lasts.toMinutes() + " minutes");
    }

    @Override
    public String toString() {
        return "schedule in " + zone;
    }
}
