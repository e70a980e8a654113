package io.holdfast.backup.plan;

import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.plan.Alert.Kind;
import io.holdfast.backup.plan.PlanConfig.DrillPlan;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.core.spi.StateMark;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * When which layer is proven next by restoring from it, and how that went: the layers by turns, and one that fails again after pauses that grow.
 *
 * <p>First the state of the cluster is marked. The layer is restored from once it has the log up to that mark, so that what comes of it can be compared.
 * One drill runs at a time, none begins while a backup is due or made, and none is in the way of one: it has a lane of its own.
 *
 * <p>Deterministic. What lasts is in the layers. Not thread-safe.
 */
final class DrillState {
    /** The clocks of two nodes differ; what began later than this was stamped by a clock that has been set. */
    private static final Duration DIFFERENCE = Duration.ofMinutes(1);

    private static final long MARK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** The log gets into a layer within half a minute or so; if it does not for so long, the drill says what is missing. */
    private static final long REACH_LIMIT_NANOS = TimeUnit.MINUTES.toNanos(30);

    /** What is known of a layer's drills. */
    private static final class Proof {
        private final Backoff trouble = new Backoff(300, 21_600);
        private boolean wanted;
        private @Nullable Instant tried;
        private @Nullable DrillRecord last;
        private @Nullable DrillRecord good;

        private void took(DrillRecord record) {
            last = newer(last, record);
            good = record.isGood() ? newer(good, record) : good;
            tried = tried == null || record.id().began().isAfter(tried)
                    ? record.id().began()
                    : tried;
        }

        private static DrillRecord newer(@Nullable DrillRecord one, DrillRecord other) {
            return one == null || one.id().compareTo(other.id()) < 0 ? other : one;
        }
    }

    private final @Nullable DrillPlan plan;
    private final RandomGenerator random;
    private final Map<String, Proof> proofs = new LinkedHashMap<>();
    private boolean anyWanted;
    private @Nullable StateMark mark;
    private long markedAt;
    private boolean asking;
    private boolean hasAsked;
    private long askedAt;
    private @Nullable Instant dueAfter;
    private Instant due = Instant.EPOCH;

    /** @param plan empty if none is done at all */
    DrillState(Optional<DrillPlan> plan, List<LayerPlan> layers, RandomGenerator random) {
        this.plan = plan.orElse(null);
        this.random = random;
        layers.forEach(layer -> proofs.put(layer.name(), new Proof()));
    }

    /** Returns false if that is none of its inputs. */
    boolean hears(PlanInput input, Moment now) {
        if (input instanceof PlanInput.Marked marked) {
            marked(marked.mark(), now);
            return true;
        } else if (input instanceof PlanInput.DrillNow wanted) {
            want(wanted.layer());
            return true;
        }
        return false;
    }

    private Proof proof(String layer) {
        return Objects.requireNonNull(proofs.get(layer), layer);
    }

    /** What lies in a layer of drills so far, whoever did them. */
    void seen(String layer, List<DrillRecord> records, Moment now) {
        Proof proof = proof(layer);
        boolean first = proof.last == null;
        records.stream()
                .filter(record -> !record.id().began().isAfter(now.instant().plus(DIFFERENCE)))
                .forEach(proof::took);
        DrillRecord last = proof.last;
        if (first && last != null && !last.isGood()) {
            proof.trouble.failed(now.nanos(), last.detail(), random); // under whoever had the role before
        }
    }

    /** Somebody wants one now. */
    private void want(String layer) {
        if (layer.isEmpty()) {
            anyWanted = true;
        } else if (proofs.containsKey(layer)) {
            proof(layer).wanted = true;
        }
    }

    private void marked(Optional<StateMark> found, Moment now) {
        asking = false;
        mark = found.orElse(null);
        markedAt = now.nanos();
    }

    /** One is over, whatever comes of it: who asked for it is answered. */
    void over(String layer) {
        proof(layer).wanted = false;
        anyWanted = false;
        mark = null;
    }

    /** One is done, with whatever outcome. */
    void done(String layer, DrillRecord record, Moment now) {
        Proof proof = proof(layer);
        over(layer);
        proof.last = record; // also if the clock was set back since the one before
        proof.good = record.isGood() ? record : proof.good;
        proof.tried = record.id().began();
        if (record.isGood()) {
            proof.trouble.succeeded();
        } else {
            proof.trouble.failed(now.nanos(), record.detail(), random);
        }
    }

    /** One could not be done, which is not the layer's fault. */
    void failed(String layer, String reason, Moment now) {
        Proof proof = proof(layer);
        proof.tried = now.instant();
        proof.trouble.failed(now.nanos(), reason, random);
    }

    /**
     * Begins one, or what has to be done before.
     *
     * @param busy true if a backup is due or is being made
     * @param archive null if no log is archived
     */
    void plan(
            Moment now,
            List<LayerState> layers,
            @Nullable ArchiveState archive,
            boolean busy,
            BiConsumer<LayerState, Job> begin,
            Consumer<PlanEffect> effects) {
        DrillPlan asked = plan;
        if (asked == null || busy || layers.stream().anyMatch(layer -> layer.drill != null)) {
            return;
        }
        LayerState layer = choose(asked, now, layers, archive);
        if (layer == null) {
            return;
        }
        StateMark known = mark;
        if (known == null || (archive != null && !archive.logId.equals(Optional.of(known.logId())))) {
            ask(now, archive, effects);
            return;
        }
        goal(asked, layer, archive, known, now).ifPresent(drill -> begin.accept(layer, drill));
    }

    private void ask(Moment now, @Nullable ArchiveState archive, Consumer<PlanEffect> effects) {
        if (!asking && (!hasAsked || now.nanos() - askedAt >= MARK_AGAIN_NANOS)) {
            asking = true;
            hasAsked = true;
            askedAt = now.nanos();
            effects.accept(new PlanEffect.Mark());
            if (archive != null) {
                archive.hurry();
            }
        }
    }

    /** Up to where it is restored; empty if that is to be waited for. */
    private Optional<Job.Drill> goal(
            DrillPlan asked, LayerState layer, @Nullable ArchiveState archive, StateMark known, Moment now) {
        LogChain log = Objects.requireNonNull(log(layer, archive), "a layer was chosen that has nothing to restore");
        if (archive == null) {
            LogRange last = LogChain.range(log.lastBase().orElseThrow());
            boolean same = known.logId().equals(log.logId()) && known.index() == last.toIndex();
            Optional<StateMark> compare = same ? Optional.of(known) : Optional.empty();
            return Optional.of(new Job.Drill(log.logId(), last.toIndex(), compare, asked.limit()));
        }
        Entry base = log.lastBaseUpTo(known.index()).orElse(null);
        boolean late = now.nanos() - markedAt >= REACH_LIMIT_NANOS;
        if (base == null && !late) {
            mark = null; // the backup is newer than the mark
            return Optional.empty();
        }
        boolean reached = base != null && log.reach(base) >= known.index();
        return reached || late
                ? Optional.of(new Job.Drill(known.logId(), known.index(), Optional.of(known), asked.limit()))
                : Optional.empty();
    }

    /** Of which log the layer can be restored from; null if of none. */
    private static @Nullable LogChain log(LayerState layer, @Nullable ArchiveState archive) {
        return LogChain.of(layer.entries()).stream()
                .filter(LogChain::hasBase)
                .filter(chain -> archive == null || archive.logId.equals(Optional.of(chain.logId())))
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    /** Whose turn it is: what somebody waits for, then what has failed and may be tried again, then what was tried longest ago. */
    private @Nullable LayerState choose(
            DrillPlan asked, Moment now, List<LayerState> layers, @Nullable ArchiveState archive) {
        boolean byHand = anyWanted || proofs.values().stream().anyMatch(proof -> proof.wanted);
        boolean turn = asked.schedule()
                .map(schedule -> !due(schedule, now).isAfter(now.instant()))
                .orElse(false);
        boolean retry =
                asked.schedule().isPresent() && proofs.values().stream().anyMatch(proof -> proof.trouble.isFailing());
        if (!byHand && !turn && !retry) {
            return null;
        }
        List<LayerState> able = layers.stream()
                .filter(layer -> layer.isUsable(now.nanos()) && log(layer, archive) != null)
                .sorted(Comparator.comparing(layer -> triedOrNever(layer.name(), now)))
                .toList();
        Predicate<LayerState> failing = layer -> proof(layer.name()).trouble.isFailing();
        Stream<Predicate<LayerState>> inTurn = Stream.of(
                layer -> proof(layer.name()).wanted,
                layer -> anyWanted,
                layer -> retry
                        && failing.test(layer)
                        && proof(layer.name()).trouble.isOver(now.nanos()),
                layer -> turn && !failing.test(layer));
        return inTurn.flatMap(wanted -> able.stream().filter(wanted).limit(1))
                .findFirst()
                .orElse(null);
    }

    private Instant triedOrNever(String layer, Moment now) {
        Instant at = past(proof(layer).tried, now);
        return at == null ? Instant.MIN : at;
    }

    private static @Nullable Instant past(@Nullable Instant at, Moment now) {
        return at == null || at.isAfter(now.instant().plus(DIFFERENCE)) ? null : at;
    }

    private Instant due(Schedule schedule, Moment now) {
        Instant newest = proofs.keySet().stream()
                .map(layer -> triedOrNever(layer, now))
                .max(Comparator.naturalOrder())
                .orElse(Instant.MIN);
        if (newest.equals(Instant.MIN)) {
            dueAfter = null;
            return now.instant();
        }
        if (!newest.equals(dueAfter)) {
            long most = schedule.jitter().toMillis();
            dueAfter = newest;
            due = schedule.next(newest).plusMillis(most == 0 ? 0 : random.nextLong(most + 1));
        }
        return due;
    }

    /** The last good one of each layer that has been proven. */
    Map<String, DrillRecord> good() {
        Map<String, DrillRecord> good = new LinkedHashMap<>();
        proofs.forEach((layer, proof) -> {
            DrillRecord last = proof.good;
            if (last != null) {
                good.put(layer, last);
            }
        });
        return good;
    }

    /** What is wrong. */
    void alarms(List<LayerState> layers, Instant since, Moment now, Consumer<Alert> found) {
        DrillPlan asked = plan;
        if (asked == null) {
            return;
        }
        for (LayerState layer : layers) {
            Proof proof = proof(layer.name());
            DrillRecord last = proof.last;
            if (last != null && last.outcome() == Outcome.MISMATCH) {
                found.accept(new Alert(Kind.DRILL_MISMATCH, layer.name(), last.detail()));
            } else if (proof.trouble.isFailing()) {
                found.accept(new Alert(Kind.DRILL_FAILED, layer.name(), proof.trouble.reason()));
            }
            asked.schedule()
                    .filter(schedule -> oldAt(asked, schedule, proof, layer, since, now)
                            .map(at -> at.isBefore(now.instant()))
                            .orElse(false))
                    .ifPresent(schedule -> found.accept(new Alert(Kind.DRILL_OLD, layer.name(), old(proof.good))));
        }
    }

    private static String old(@Nullable DrillRecord good) {
        return good == null
                ? "it has never been restored from, and should have been"
                : "it was restored from last at " + good.id().began() + ", up to entry " + good.index();
    }

    /** From when on it has been proven too long ago; empty if there is nothing to prove. */
    private Optional<Instant> oldAt(
            DrillPlan asked, Schedule schedule, Proof proof, LayerState layer, Instant since, Moment now) {
        Optional<Instant> first = layer.entries().stream()
                .filter(Entry::isBase)
                .map(base -> base.id().began())
                .min(Comparator.naturalOrder());
        if (first.isEmpty()) {
            return Optional.empty();
        }
        DrillRecord good = proof.good;
        Instant last = good == null ? null : past(good.id().began(), now);
        Instant from = last != null ? last : first.get().isBefore(since) ? first.get() : since;
        return Optional.of(asked.oldAfter().map(from::plus).orElseGet(() -> {
            Instant at = from;
            for (int turn = 0; turn <= proofs.size(); turn++) { // its own, those of the others, and one more
                at = schedule.next(at);
            }
            return at.plus(schedule.jitter());
        }));
    }
}
