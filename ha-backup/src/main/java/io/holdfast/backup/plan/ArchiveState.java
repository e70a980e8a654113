package io.holdfast.backup.plan;

import io.holdfast.backup.plan.PlanConfig.ArchivePlan;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/** How far the log is archived, and from where it goes on. */
final class ArchiveState {
    final ArchivePlan plan;
    /** With chance, up to 5 min: the log is kept for who archives it for 10 min after it was asked for. */
    final Backoff trouble = new Backoff(30, 240);

    Optional<String> logId = Optional.empty();
    private long askedAt;
    private boolean asked;
    /** There was more when it was asked last. */
    private boolean more;
    /** The last failure was that; another place in the log may be tried at once. */
    private boolean lostSinceAsked;
    /** What a failed attempt was to follow: not to be had any more. */
    private long lostUpTo = -1;

    private String lostOf = "";

    ArchiveState(ArchivePlan plan) {
        this.plan = plan;
    }

    /** Which log it is now; another one is asked for at once. */
    void is(Optional<String> log) {
        asked = asked && log.equals(logId);
        logId = log;
    }

    boolean isDue(long nowNanos) {
        if (trouble.isFailing() && !lostSinceAsked && !trouble.isOver(nowNanos)) {
            return false;
        }
        return more || !asked || nowNanos - askedAt >= plan.every().toNanos();
    }

    /**
     * The entry that the next part has to follow.
     *
     * <p>It goes on from the last part, also where a physical backup has been made since: else a restore could not get to the moments
     * between the two. If that is not to be had any more, it goes on from the last physical backup.
     *
     * @return empty if there is nothing to go on from, and a physical backup has to be made first
     */
    OptionalLong next(Collection<Entry> entries) {
        String id = logId.orElse("");
        LogChain log = LogChain.of(entries).stream()
                .filter(chain -> chain.logId().equals(id) && chain.hasBase())
                .findFirst()
                .orElse(null);
        Entry base = log == null ? null : log.lastBase().orElse(null);
        if (log == null || base == null) {
            return OptionalLong.empty();
        }
        long lost = lostOf.equals(id) ? lostUpTo : -1;
        long lastPart = -1;
        for (Entry part : log.parts()) {
            lastPart = Math.max(lastPart, LogChain.range(part).toIndex());
        }
        long reach = log.reach(base);
        if (lastPart > lost && lastPart < reach) {
            return OptionalLong.of(lastPart);
        }
        return reach > lost ? OptionalLong.of(reach) : OptionalLong.empty();
    }

    /** Somebody waits for what is not archived yet. */
    void hurry() {
        asked = false;
    }

    /** It was asked for, and there may be more. */
    void answered(long nowNanos, boolean isMore) {
        trouble.succeeded();
        asked(nowNanos, isMore);
    }

    /** It was not to be had, now or, if {@link #lost} is said afterwards, at all. */
    void failed(long nowNanos, String reason, RandomGenerator random) {
        trouble.failed(nowNanos, reason, random);
        asked(nowNanos, false);
    }

    private void asked(long nowNanos, boolean isMore) {
        lostSinceAsked = false;
        asked = true;
        askedAt = nowNanos;
        more = isMore;
    }

    /** What follows that entry is not to be had. */
    void lost(String log, long after) {
        lostSinceAsked = true;
        asked = false; // another place, or a backup, is looked for at once
        lostUpTo = Math.max(lostOf.equals(log) ? lostUpTo : -1, after);
        lostOf = log;
    }
}
