package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.plan.PlanConfig.DrillPlan;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.core.spi.StateMark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The drills of all sources under one grant, of which one runs at a time, and none begins while a backup is due or made. None is in the way of a
 * backup either: it has a lane of its own. Deterministic. Not thread-safe.
 */
final class DrillStates {
    private static final long MARK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final List<DrillState> states = new ArrayList<>();
    private @Nullable StateMark mark;
    private long markedAt;
    private boolean asking;
    private boolean hasAsked;
    private long askedAt;

    DrillStates(List<DrillPlan> plans, List<LayerPlan> layers, RandomGenerator random) {
        plans.forEach(plan -> states.add(new DrillState(plan, layers, random)));
    }

    /** Returns false if that is none of its inputs. */
    boolean hears(PlanInput input, Moment now) {
        if (input instanceof PlanInput.Marked marked) {
            asking = false;
            mark = marked.mark().orElse(null);
            markedAt = now.nanos();
            return true;
        } else if (input instanceof PlanInput.DrillNow wanted) {
            of(wanted.source()).ifPresent(state -> state.want(wanted.layer()));
            return true;
        }
        return false;
    }

    private Optional<DrillState> of(String source) {
        return states.stream().filter(state -> state.source().equals(source)).findFirst();
    }

    /** What lies in a layer of drills so far, whoever did them. */
    void seen(String layer, List<DrillRecord> records, Moment now) {
        for (DrillState state : states) {
            state.seen(
                    layer,
                    records.stream()
                            .filter(record -> record.source().equals(state.source()))
                            .toList(),
                    now);
        }
    }

    /** One is over, whatever comes of it. */
    void over(Job what) {
        if (what instanceof Job.StateDrill) {
            mark = null; // it was of some moment before, and the next one is to say how things are then
        }
    }

    /** One is done, with whatever outcome. */
    void done(Job what, String layer, Job.Result.Drilled drilled, Moment now) {
        over(what);
        of(drilled.record().source()).ifPresent(state -> {
            if (drilled.unstored().isPresent()) {
                state.unstored(layer, drilled.record(), now);
            } else {
                state.done(layer, drilled.record(), now);
            }
        });
    }

    /** One could not be done. */
    void failed(Job what, String layer, String reason, Moment now) {
        if (what instanceof Job.Drill drill) {
            of(drill.source()).ifPresent(state -> state.failed(layer, reason, now));
        }
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
        if (busy || layers.stream().anyMatch(layer -> layer.drill != null)) {
            return;
        }
        for (DrillState state : states) {
            LayerState layer = state.choose(now, layers, archive);
            if (layer != null) {
                Optional<? extends Job> drill =
                        state.isOfState() ? ofState(state, layer, archive, now, effects) : state.ofSource(layer, now);
                if (drill.isPresent()) {
                    state.begins(layer.name());
                    begin.accept(layer, drill.get());
                    return;
                }
            }
        }
    }

    private Optional<Job.StateDrill> ofState(
            DrillState state,
            LayerState layer,
            @Nullable ArchiveState archive,
            Moment now,
            Consumer<PlanEffect> effects) {
        StateMark known = mark;
        if (known == null || (archive != null && !archive.logId.equals(Optional.of(known.logId())))) {
            ask(now, archive, effects);
            return Optional.empty();
        }
        if (archive != null && state.isBefore(layer, archive, known) && !DrillState.isLate(now, markedAt)) {
            mark = null; // the backup is newer
            return Optional.empty();
        }
        return state.ofState(layer, archive, known, DrillState.isLate(now, markedAt));
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

    /** The last good ones. */
    List<DrillProof> good() {
        List<DrillProof> good = new ArrayList<>();
        states.forEach(state -> state.good(good::add));
        return good;
    }

    /** What is wrong. */
    void alarms(List<LayerState> layers, Instant since, Moment now, Consumer<Alert> found) {
        states.forEach(state -> state.alarms(layers, since, now, found));
    }
}
