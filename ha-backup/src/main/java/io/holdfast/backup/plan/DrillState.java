package io.holdfast.backup.plan;

import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.plan.Alert.Kind;
import io.holdfast.backup.plan.PlanConfig.DrillPlan;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.backup.state.StateSource;
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
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * When which layer is proven next to restore one source, and how that went: the layers by turns, and one that fails again after pauses that grow.
 *
 * <p>Of the replicated state the cluster's is marked first. A layer is restored from once it has the log up to that mark, so that what comes of it can be
 * compared.
 *
 * <p>Deterministic. What lasts is in the layers. Not thread-safe.
 */
final class DrillState {
    /** The clocks of two nodes differ; what began later than this was stamped by a clock that has been set. */
    private static final Duration DIFFERENCE = Duration.ofMinutes(1);

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
            last = record;
            good = record.isGood() ? record : good;
            tried = record.id().began();
        }
    }

    private final DrillPlan plan;
    private final RandomGenerator random;
    private final Map<String, Proof> proofs = new LinkedHashMap<>();
    private boolean anyWanted;
    private @Nullable Instant dueAfter;
    private Instant due = Instant.EPOCH;

    DrillState(DrillPlan plan, List<LayerPlan> layers, RandomGenerator random) {
        this.plan = plan;
        this.random = random;
        layers.forEach(layer -> proofs.put(layer.name(), new Proof()));
    }

    String source() {
        return plan.source();
    }

    boolean isOfState() {
        return plan.source().equals(StateSource.NAME);
    }

    private Proof proof(String layer) {
        return Objects.requireNonNull(proofs.get(layer), layer);
    }

    /** @param records the oldest first, whatever the clocks said of those who did them */
    void seen(String layer, List<DrillRecord> records, Moment now) {
        Proof proof = proof(layer);
        if (proof.last == null && !records.isEmpty()) { // else it is this node's own, and known
            records.forEach(proof::took);
            DrillRecord last = records.get(records.size() - 1);
            if (!last.isGood()) {
                proof.trouble.failed(now.nanos(), last.detail(), random); // under whoever had the role before
            }
        }
    }

    /** @param layer empty for whichever is next */
    void want(String layer) {
        if (layer.isEmpty()) {
            anyWanted = true;
        } else if (proofs.containsKey(layer)) {
            proof(layer).wanted = true;
        }
    }

    /** One begins there, for who has asked so far: whoever asks from now on gets the next one. */
    void begins(String layer) {
        proof(layer).wanted = false;
        anyWanted = false;
    }

    void done(String layer, DrillRecord record, Moment now) {
        Proof proof = proof(layer);
        proof.took(record);
        if (record.isGood()) {
            proof.trouble.succeeded();
        } else {
            proof.trouble.failed(now.nanos(), record.detail(), random);
        }
    }

    /** What came of it is known here alone: so it proves nothing, and says what is wrong. */
    void unstored(String layer, DrillRecord record, Moment now) {
        Proof proof = proof(layer);
        proof.last = record;
        proof.tried = record.id().began();
        proof.trouble.failed(now.nanos(), record.outcome() + ": " + record.detail(), random);
    }

    void failed(String layer, String reason, Moment now) {
        Proof proof = proof(layer);
        proof.tried = now.instant();
        proof.trouble.failed(now.nanos(), reason, random);
    }

    /** True if what was marked is not waited for any longer. */
    static boolean isLate(Moment now, long markedAt) {
        return now.nanos() - markedAt >= REACH_LIMIT_NANOS;
    }

    /** True if the layer has no backup from before that mark. */
    boolean isBefore(LayerState layer, ArchiveState archive, StateMark mark) {
        return log(layer, archive)
                .flatMap(log -> log.lastBaseUpTo(mark.index()))
                .isEmpty();
    }

    /**
     * Restores the replicated state.
     *
     * @param late true to do it although the layer does not have all of it, so that it is said what is missing
     * @return empty if the log up to the mark is to be waited for
     */
    Optional<Job.StateDrill> ofState(LayerState layer, @Nullable ArchiveState archive, StateMark mark, boolean late) {
        LogChain log = log(layer, archive)
                .orElseThrow(() -> new IllegalStateException("a layer was chosen that has nothing to restore"));
        if (archive == null) {
            LogRange last = LogChain.range(log.lastBase().orElseThrow());
            boolean same = mark.logId().equals(log.logId()) && mark.index() == last.toIndex();
            Optional<StateMark> compare = same ? Optional.of(mark) : Optional.empty();
            return Optional.of(new Job.StateDrill(log.logId(), last.toIndex(), compare, plan.limit()));
        }
        boolean reached = log.lastBaseUpTo(mark.index())
                .filter(base -> log.reach(base) >= mark.index())
                .isPresent();
        return reached || late
                ? Optional.of(new Job.StateDrill(mark.logId(), mark.index(), Optional.of(mark), plan.limit()))
                : Optional.empty();
    }

    /** Restores the newest backup of another source. */
    Optional<Job.SourceDrill> ofSource(LayerState layer, Moment now) {
        return backups(layer)
                .filter(entry -> !entry.id().began().isAfter(now.instant().plus(DIFFERENCE)))
                .max(Comparator.comparing(Entry::id))
                .map(newest -> new Job.SourceDrill(plan.source(), newest.id(), plan.limit()));
    }

    private Stream<Entry> backups(LayerState layer) {
        return layer.entries().stream()
                .filter(entry ->
                        entry.good() && !entry.isLog() && entry.source().equals(plan.source()));
    }

    /** Of which log the layer can be restored from. */
    private static Optional<LogChain> log(LayerState layer, @Nullable ArchiveState archive) {
        return LogChain.of(layer.entries()).stream()
                .filter(LogChain::hasBase)
                .filter(chain -> archive == null || archive.logId.equals(Optional.of(chain.logId())))
                .reduce((earlier, later) -> later);
    }

    private boolean hasAny(LayerState layer, @Nullable ArchiveState archive) {
        return isOfState()
                ? log(layer, archive).isPresent()
                : backups(layer).findAny().isPresent();
    }

    /** Whose turn it is: what somebody waits for, then what has failed and may be tried again, then what was tried longest ago. */
    @Nullable
    LayerState choose(Moment now, List<LayerState> layers, @Nullable ArchiveState archive) {
        boolean byHand = anyWanted || proofs.values().stream().anyMatch(proof -> proof.wanted);
        boolean turn = plan.schedule()
                .map(schedule -> !due(schedule, now).isAfter(now.instant()))
                .orElse(false);
        boolean retry =
                plan.schedule().isPresent() && proofs.values().stream().anyMatch(proof -> proof.trouble.isFailing());
        if (!byHand && !turn && !retry) {
            return null;
        }
        List<LayerState> able = layers.stream()
                .filter(layer -> layer.isUsable(now.nanos()) && hasAny(layer, archive))
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

    /** Tells the last good one of each layer that has been proven. */
    void good(Consumer<DrillProof> told) {
        proofs.forEach((layer, proof) -> {
            DrillRecord last = proof.good;
            if (last != null) {
                told.accept(new DrillProof(layer, last));
            }
        });
    }

    void alarms(List<LayerState> layers, Instant since, Moment now, Consumer<Alert> found) {
        for (LayerState layer : layers) {
            Proof proof = proof(layer.name());
            DrillRecord last = proof.last;
            String subject = isOfState() ? layer.name() : layer.name() + "/" + plan.source();
            if (last != null && last.outcome() == Outcome.MISMATCH) {
                found.accept(new Alert(Kind.DRILL_MISMATCH, subject, last.detail()));
            } else if (proof.trouble.isFailing()) {
                found.accept(new Alert(Kind.DRILL_FAILED, subject, proof.trouble.reason()));
            }
            plan.schedule()
                    .filter(schedule -> oldAt(schedule, proof, layer, since, now)
                            .map(at -> at.isBefore(now.instant()))
                            .orElse(false))
                    .ifPresent(schedule -> found.accept(new Alert(Kind.DRILL_OLD, subject, old(proof.good))));
        }
    }

    private static String old(@Nullable DrillRecord good) {
        return good == null
                ? "it has never been restored from, and should have been"
                : "it was restored from last at " + good.id().began() + ", from the backup " + good.backup();
    }

    /** From when on it has been proven too long ago; empty if there is nothing to prove. */
    private Optional<Instant> oldAt(Schedule schedule, Proof proof, LayerState layer, Instant since, Moment now) {
        Optional<Instant> first =
                backups(layer).map(backup -> backup.id().began()).min(Comparator.naturalOrder());
        if (first.isEmpty()) {
            return Optional.empty();
        }
        DrillRecord good = proof.good;
        Instant last = good == null ? null : past(good.id().began(), now);
        Instant from = last != null ? last : first.get().isBefore(since) ? first.get() : since;
        return Optional.of(plan.oldAfter().map(from::plus).orElseGet(() -> {
            Instant at = from;
            for (int turn = 0; turn <= proofs.size(); turn++) { // its own, those of the others, and one more
                at = schedule.next(at);
            }
            return at.plus(schedule.jitter());
        }));
    }
}
