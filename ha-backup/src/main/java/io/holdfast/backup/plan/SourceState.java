package io.holdfast.backup.plan;

import io.holdfast.backup.plan.PlanConfig.SourcePlan;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** When a source is backed up next, and how it goes. */
final class SourceState {
    /** Clocks of two nodes differ; what began later than this was stamped by a clock that has been set. */
    private static final Duration DIFFERENCE = Duration.ofMinutes(1);

    final SourcePlan plan;
    final Backoff trouble = new Backoff(30, 1_800);
    /** Wanted by hand. */
    boolean wanted;
    /** Wanted by hand since the one began that is being made: that one is from before it was wanted. */
    boolean wantedAgain;
    /** Wanted before its time, because nothing else helps. */
    boolean urgent;

    private boolean known;
    private @Nullable Instant last;
    private long lastBytes;
    private Instant due = Instant.EPOCH;

    SourceState(SourcePlan plan) {
        this.plan = plan;
    }

    String name() {
        return plan.name();
    }

    /**
     * Takes note of what there is, and decides when the next one is due.
     *
     * @return when, if that is another time than before
     */
    Optional<Instant> look(Collection<Entry> entries, Instant now, RandomGenerator random) {
        Entry lastGood = entries.stream()
                .filter(entry ->
                        entry.good() && !entry.isLog() && entry.source().equals(name()))
                .filter(entry -> !entry.id().began().isAfter(now.plus(DIFFERENCE)))
                .max(Comparator.comparing(entry -> entry.id().began()))
                .orElse(null);
        Instant newest = lastGood == null ? null : lastGood.id().began();
        lastBytes = lastGood == null ? 0 : lastGood.storedBytes();
        boolean same = newest == null ? last == null : newest.equals(last);
        if (known && same) {
            return Optional.empty();
        }
        known = true;
        last = newest;
        due = newest == null ? now : plan.schedule().next(newest).plus(jitter(random));
        return Optional.of(due);
    }

    /** Takes note that one begins, which serves whoever has wanted one so far. */
    void begins() {
        wanted |= wantedAgain;
        wantedAgain = false;
    }

    /** Takes note that what began is over, as far as those are concerned who wanted it. */
    void served() {
        wanted = wantedAgain;
        wantedAgain = false;
    }

    /** Which one is made first, of those that are due: what somebody waits for, then what is overdue for longest. */
    static Comparator<SourceState> order() {
        return Comparator.comparing((SourceState source) -> !source.wanted)
                .thenComparing(source -> !source.urgent)
                .thenComparing(source -> source.due);
    }

    private Duration jitter(RandomGenerator random) {
        long most = plan.schedule().jitter().toMillis();
        return most == 0 ? Duration.ZERO : Duration.ofMillis(random.nextLong(most + 1));
    }

    boolean isDue(Moment now) {
        if (wanted) {
            return true;
        }
        return trouble.isOver(now.nanos()) && known && (urgent || !due.isAfter(now.instant()));
    }

    /** When the last good one began; null if there is none. */
    @Nullable
    Instant last() {
        return last;
    }

    /** What the last good one takes in a layer; 0 if there is none. */
    long lastBytes() {
        return lastBytes;
    }

    /**
     * When the last good one becomes older than it should.
     *
     * @param since what counts where there is none
     */
    Instant oldAt(Instant since) {
        Instant from = last == null ? since : last;
        return plan.oldAfter().map(from::plus).orElseGet(() -> plan.schedule()
                .next(plan.schedule().next(from))
                .plus(plan.schedule().jitter()));
    }
}
