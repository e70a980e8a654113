package io.holdfast.backup.plan;

import io.holdfast.backup.PruneReport;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.plan.Job.Fault;
import io.holdfast.backup.plan.Job.Lane;
import io.holdfast.backup.plan.Job.Result;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is to be done about backups, and does nothing itself: told what happens, it says what is to begin.
 *
 * <p>All that lasts is in the catalogues: which node does the work may change at any moment, and the next one finds there when each source
 * was backed up last, how far the log is archived, and what each layer lacks. Of a grant nothing is remembered after it.
 *
 * <ul>
 *   <li>A layer is claimed, looked at, and then used; it is not after it failed until it has been looked at again, which is tried after
 *       pauses that grow. What it did not get meanwhile, it gets from the other layers.
 *   <li>One backup is made at a time, in the first layer that can be used and has nothing long to do.
 *   <li>The log is archived beside that, since a backup may take hours.
 *   <li>Each layer copies what it lacks and deletes what its policy lets go, by itself.
 * </ul>
 *
 * <p>Deterministic. Not thread-safe.
 */
final class Planner {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long COLLECT_FIRST_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long COLLECT_AGAIN_NANOS = TimeUnit.HOURS.toNanos(6);
    private static final long COMPARE_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long HAND_OVER_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long HAND_OVER_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long TRY_LIMIT_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int DELETE_AT_ONCE = 50;
    /** Fewer of them wait for so long, since each time all manifests are read. */
    private static final long DELETE_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(10);

    private record Begun(LayerState layer, Lane lane, Job what) {}

    private final PlanConfig config;
    private final RandomGenerator random;
    private final ClockWatch clock = new ClockWatch();
    private final AlertBook alerts = new AlertBook();
    private final Map<Long, Begun> running = new LinkedHashMap<>();
    private List<LayerState> layers = List.of();
    private List<SourceState> sources = List.of();
    private @Nullable ArchiveState archive;
    private DrillStates drills;
    private Inventories inventories = Inventories.of(List.of());
    private boolean granted;
    private Moment grantedAt = new Moment(0, 0);
    private boolean master;
    private boolean handingOver;
    /** Also under an earlier grant: it comes back where nobody else takes it. */
    private boolean handOverAsked;

    private long handOverAt;
    private boolean changed;
    private long comparedAt;
    private long jobs;
    private final List<PlanEffect> effects = new ArrayList<>();

    Planner(PlanConfig config, RandomGenerator random) {
        this.config = config;
        this.random = random;
        this.drills = new DrillStates(List.of(), List.of(), random);
    }

    /** Takes note of what happened, and says what is to be done about it. */
    List<PlanEffect> step(Moment now, PlanInput input) {
        clock.look(now);
        hear(now, input);
        if (granted) {
            compare(now);
            plan(now);
            List<Alert> found = Alarms.of(config, layers, sources, archive, clock, grantedAt.instant(), now);
            drills.alarms(layers, grantedAt.instant(), now, found::add);
            alerts.update(found, effects::add);
        }
        List<PlanEffect> out = List.copyOf(effects);
        effects.clear();
        return out;
    }

    private void hear(Moment now, PlanInput input) {
        if (input instanceof PlanInput.Done done) {
            done(now, done);
        } else if (input instanceof PlanInput.Failed failed) {
            failed(now, failed);
        } else if (input instanceof PlanInput.Granted) {
            granted(now);
        } else if (input instanceof PlanInput.Ended) {
            ended();
        } else if (input instanceof PlanInput.Mastership mastership) {
            master = mastership.isMaster();
        } else if (input instanceof PlanInput.NotHandedOver) {
            handingOver = false;
        } else if (input instanceof PlanInput.Log log) {
            if (archive != null) {
                archive.is(log.logId());
            }
        } else if (input instanceof PlanInput.MakeNow make) {
            source(make.source()).ifPresent(source -> {
                if (isBeingMade(source)) {
                    source.wantedAgain = true;
                } else {
                    source.wanted = true;
                }
            });
        } else if (input instanceof PlanInput.PruneNow) {
            clock.trust();
            changed = true;
        } else if (!(input instanceof PlanInput.Tick) && !drills.hears(input, now)) {
            throw new IllegalStateException("not an input of the planner: " + input);
        }
    }

    private void granted(Moment now) {
        ended();
        granted = true;
        grantedAt = now;
        layers = config.layers().stream().map(LayerState::new).toList();
        for (LayerState layer : layers) {
            layer.collectAt = now.nanos() + COLLECT_FIRST_NANOS;
        }
        sources = config.sources().stream().map(SourceState::new).toList();
        archive = config.archive().map(ArchiveState::new).orElse(null);
        drills = new DrillStates(config.drills(), config.layers(), random);
        handingOver = false;
        changed = true;
    }

    private void ended() {
        granted = false;
        running.clear();
        layers = List.of();
        sources = List.of();
        archive = null;
        drills = new DrillStates(List.of(), List.of(), random);
        inventories = Inventories.of(layers);
        alerts.update(List.of(), effects::add);
    }

    private void done(Moment now, PlanInput.Done done) {
        Begun begun = free(done.job());
        if (begun == null) {
            return; // of an earlier grant
        }
        LayerState layer = begun.layer();
        Result result = done.result();
        if (result instanceof Result.Seen seen) {
            layer.claimed = true;
            layer.seen(seen, now.nanos());
            drills.seen(layer.name(), seen.drills(), now);
            if (begun.what() instanceof Job.Claim) {
                layer.trouble.succeeded();
            } else if (layer.trouble.isFailing()) {
                layer.collectAt = now.nanos(); // that it can be read says little; collecting writes, too
            }
        } else if (result instanceof Result.Made made) {
            layer.trouble.succeeded();
            layer.add(made.entry());
            made(now, layer, begun.what(), made);
        } else if (result instanceof Result.NothingNew) {
            askedForLog(now, false);
            return;
        } else if (result instanceof Result.Deleted deleted) {
            layer.trouble.succeeded();
            deleted.ids().forEach(layer::remove);
            layer.hasDeleted = true;
            layer.deletedAt = now.nanos();
        } else if (result instanceof Result.Drilled drilled) {
            drilled.damaged().ifPresent(layer::damaged);
            drills.done(begun.what(), layer.name(), drilled, now);
            drilled.unstored().ifPresent(left -> layerFailed(layer, now, left.fault(), left.reason()));
        } else if (result instanceof Result.Collected) {
            layer.trouble.succeeded();
        } else {
            throw new IllegalStateException("not a result: " + result);
        }
        changed = true;
    }

    private void made(Moment now, LayerState layer, Job what, Result.Made made) {
        if (what instanceof Job.Make make) {
            source(make.source()).ifPresent(source -> {
                source.trouble.succeeded();
                source.served();
                source.urgent = false;
            });
        } else if (what instanceof Job.Archive) {
            askedForLog(now, made.more());
        } else if (what instanceof Job.Merge) {
            layer.merging.succeeded();
        }
    }

    private void askedForLog(Moment now, boolean more) {
        ArchiveState log = archive;
        if (log != null) {
            log.answered(now.nanos(), more);
        }
    }

    private void failed(Moment now, PlanInput.Failed failed) {
        Begun begun = free(failed.job());
        if (begun == null) {
            return;
        }
        LayerState layer = begun.layer();
        drills.over(begun.what());
        if (begun.what() instanceof Job.Merge && failed.fault() != Fault.CANCELLED) {
            layer.merging.failed(now.nanos(), failed.reason(), random);
        }
        switch (failed.fault()) {
            case LAYER, DEPOSED -> {
                layerFailed(layer, now, failed.fault(), failed.reason());
                if (failed.fault()
                        == Fault.LAYER) { // each reads a great deal: not again as soon as it can be looked at
                    drills.failed(begun.what(), layer.name(), failed.reason(), now);
                }
            }
            case SOURCE, GAP -> sourceFailed(layer, begun.what(), now, failed);
            case FROM, GONE, DAMAGED -> copyFailed(begun, now, failed);
            case PLACE -> drills.failed(begun.what(), layer.name(), failed.reason(), now);
            case CANCELLED -> {}
        }
        layer.tried = true;
        changed = true;
    }

    private void layerFailed(LayerState layer, Moment now, Fault fault, String reason) {
        if (fault == Fault.DEPOSED) {
            layer.taken = true;
            layer.trouble.failed(now.nanos(), reason, random);
        } else {
            layerFailed(layer, now, reason);
        }
    }

    private void layerFailed(LayerState layer, Moment now, String reason) {
        layer.trouble.failed(now.nanos(), reason, random);
        if (layer.looked) {
            layer.looked = false;
            layer.failingSince = now.nanos();
        }
    }

    private void sourceFailed(LayerState layer, Job what, Moment now, PlanInput.Failed failed) {
        String reason = failed.reason();
        if (what instanceof Job.Make make) {
            source(make.source()).ifPresent(source -> {
                source.trouble.failed(now.nanos(), reason, random);
                source.served();
            });
        } else if (what instanceof Job.Archive part && archive != null) {
            ArchiveState log = archive;
            log.failed(now.nanos(), reason, random);
            if (failed.fault() == Fault.GAP) {
                log.lost(part.logId(), part.after());
            }
        } else {
            layerFailed(layer, now, reason);
        }
    }

    private void copyFailed(Begun begun, Moment now, PlanInput.Failed failed) {
        if (begun.what() instanceof Job.Merge merge) {
            mergeFailed(begun.layer(), merge, failed);
            return;
        }
        if (!(begun.what() instanceof Job.Copy copy)) {
            throw new IllegalStateException(begun.what() + " copies from nowhere: " + failed);
        }
        LayerState from = layer(copy.from());
        if (failed.fault() == Fault.FROM) {
            layerFailed(from, now, failed.reason());
        } else if (failed.fault() == Fault.GONE) {
            from.remove(copy.id());
        } else {
            from.damaged(copy.id());
        }
    }

    private static void mergeFailed(LayerState layer, Job.Merge merge, PlanInput.Failed failed) {
        BackupId which = failed.which().orElse(null);
        if (which == null) {
            layer.notMergeable(merge.ids());
        } else if (failed.fault() == Fault.GONE) {
            layer.remove(which);
        } else if (failed.fault() == Fault.DAMAGED) {
            layer.damaged(which);
            layer.notMergeable(List.of(which));
        } else if (!layer.merging.isNew()) { // before that it is tried again
            layer.unreadable(which);
            layer.notMergeable(List.of(which));
        }
    }

    private @Nullable Begun free(long job) {
        Begun begun = running.remove(job);
        if (begun != null) {
            begun.layer().put(begun.lane(), null);
        }
        return begun;
    }

    private Optional<SourceState> source(String name) {
        return sources.stream().filter(source -> source.name().equals(name)).findFirst();
    }

    private LayerState layer(String name) {
        return layers.stream()
                .filter(layer -> layer.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no layer " + name));
    }

    /** Looks what the layers lack and have too much of, if that may be something else than before. */
    private void compare(Moment now) {
        if (!changed && now.nanos() - comparedAt < COMPARE_AGAIN_NANOS) {
            return;
        }
        changed = false;
        comparedAt = now.nanos();
        inventories = Inventories.of(
                layers.stream().filter(layer -> layer.isKnown(now.nanos())).toList());
        for (LayerState layer : layers) {
            if (layer.claimed) {
                inventories.compare(layer, now);
            }
        }
        // Who keeps things for longer may have been away when they were made, and this may be the only place they are
        // in.
        for (LayerState layer : layers) {
            Set<BackupId> lacking = new HashSet<>();
            layers.stream().filter(other -> other != layer).forEach(other -> lacking.addAll(other.lacks));
            layer.spare(lacking);
            config.archive().ifPresent(log -> layer.planMerge(log.merge(), inventories.all()));
        }
    }

    private void plan(Moment now) {
        if (handOver(now)) {
            return;
        }
        for (LayerState layer : layers) {
            look(layer, now);
        }
        // What nobody has looked at may hold what would be made again; but one that hangs must not keep all from being
        // done.
        boolean tried =
                layers.stream().allMatch(layer -> layer.tried) || now.nanos() - grantedAt.nanos() >= TRY_LIMIT_NANOS;
        if (tried && layers.stream().anyMatch(layer -> layer.claimed)) {
            for (SourceState source : sources) {
                source.look(inventories.all(), now.instant(), random)
                        .ifPresent(at -> effects.add(new PlanEffect.Due(source.name(), at)));
            }
            archive(now);
            make(now);
        }
        for (LayerState layer : layers) {
            if (layer.isUsable(now.nanos())) {
                if (layer.deletedLast) { // by turns: where there is always something to delete, copies must not wait
                    // for all of it
                    copy(layer, Lane.QUICK, now);
                }
                delete(layer, now);
                copy(layer, Lane.QUICK, now);
                copy(layer, Lane.BULK, now);
                collect(layer, now);
            }
        }
        boolean busy = isRunning(Job.Make.class) || sources.stream().anyMatch(source -> source.isDue(now));
        drills.plan(now, layers, archive, busy, (layer, drill) -> begin(layer, Lane.DRILL, drill), effects::add);
        merge(now);
    }

    /** Returns true while the role is about to go. */
    private boolean handOver(Moment now) {
        if (handingOver && now.nanos() - handOverAt < HAND_OVER_LIMIT_NANOS) {
            return true;
        }
        handingOver = false;
        boolean longJob = layers.stream().anyMatch(layer -> layer.bulk != null);
        boolean again = !handOverAsked || now.nanos() - handOverAt >= HAND_OVER_AGAIN_NANOS;
        if (config.preferSlave() && master && again && !longJob) {
            handingOver = true;
            handOverAsked = true;
            handOverAt = now.nanos();
            effects.add(new PlanEffect.HandOver("this node is the master, and backups are another one's work"));
        }
        return handingOver;
    }

    private void look(LayerState layer, Moment now) {
        if (layer.quick != null || layer.taken || !layer.trouble.isOver(now.nanos())) {
            return;
        }
        if (!layer.claimed) {
            begin(layer, Lane.QUICK, new Job.Claim());
        } else if (!layer.looked || now.nanos() - layer.lookedAt >= LOOK_AGAIN_NANOS) {
            begin(layer, Lane.QUICK, new Job.Look());
        }
    }

    private void archive(Moment now) {
        ArchiveState log = archive;
        if (log == null || log.logId.isEmpty() || isRunning(Job.Archive.class) || !log.isDue(now.nanos())) {
            return;
        }
        OptionalLong next = log.next(inventories.all());
        if (next.isEmpty()) {
            // At once; but not again and again, should each backup be followed by another gap.
            if (log.trouble.isNew() || log.trouble.isOver(now.nanos())) {
                source(log.plan.base()).ifPresent(source -> source.urgent = true);
            }
            return;
        }
        LayerState layer = free(Lane.QUICK, now);
        if (layer != null) {
            begin(layer, Lane.QUICK, new Job.Archive(log.logId.get(), next.getAsLong()));
        }
    }

    private void make(Moment now) {
        if (isRunning(Job.Make.class)) {
            return;
        }
        LayerState layer = free(Lane.BULK, now);
        if (layer == null) {
            return;
        }
        sources.stream()
                .filter(source -> source.isDue(now))
                .min(SourceState.order())
                .ifPresent(source -> {
                    source.begins();
                    begin(layer, Lane.BULK, new Job.Make(source.name()));
                });
    }

    private boolean isBeingMade(SourceState source) {
        return running.values().stream().anyMatch(begun -> begun.what().equals(new Job.Make(source.name())));
    }

    private @Nullable LayerState free(Lane lane, Moment now) {
        return layers.stream()
                .filter(layer -> layer.isUsable(now.nanos()) && layer.in(lane) == null)
                .findFirst()
                .orElse(null);
    }

    private boolean isRunning(Class<? extends Job> type) {
        return running.values().stream().anyMatch(begun -> type.isInstance(begun.what()));
    }

    private void delete(LayerState layer, Moment now) {
        boolean due = layer.surplus.size() >= DELETE_AT_ONCE
                || !layer.hasDeleted
                || now.nanos() - layer.deletedAt >= DELETE_AGAIN_NANOS;
        // What a drill reads must not go beneath it.
        if (layer.quick != null || layer.drill != null || layer.surplus.isEmpty() || clock.isSet() || !due) {
            return;
        }
        Set<BackupId> beingRead = new HashSet<>();
        for (Begun begun : running.values()) {
            if (begun.what() instanceof Job.Copy copy && copy.from().equals(layer.name())) {
                beingRead.add(copy.id());
            } else if (begun.what() instanceof Job.Merge merge && begun.layer() == layer) {
                beingRead.addAll(merge.ids());
            }
        }
        List<BackupId> going = Inventories.deletable(layer, beingRead, DELETE_AT_ONCE);
        if (!going.isEmpty()) {
            layer.deletedLast = true;
            begin(layer, Lane.QUICK, new Job.Delete(going));
        }
    }

    /** What it lacks, from the first layer that has it whole. Parts of the log go beside all else. */
    private void copy(LayerState layer, Lane lane, Moment now) {
        if (layer.in(lane) != null) {
            return;
        }
        for (BackupId id : layer.lacks) {
            for (LayerState from : layers) {
                Entry entry = from.entry(id);
                boolean fits = entry != null && entry.good() && entry.isLog() == (lane == Lane.QUICK);
                if (fits && from != layer && from.isReadable() && from.trouble.isOver(now.nanos())) {
                    boolean hasNeeds =
                            Objects.requireNonNull(entry).needs().stream().allMatch(layer::has);
                    boolean beingMade = running.values().stream()
                            .anyMatch(b -> b.layer() == layer
                                    && b.what() instanceof Job.Copy other
                                    && other.id().equals(id));
                    if (hasNeeds && !beingMade) {
                        layer.deletedLast &= lane != Lane.QUICK;
                        begin(layer, lane, new Job.Copy(id, from.name()));
                        return;
                    }
                }
            }
        }
    }

    /** One at a time of all layers, since the others copy what comes of it; and where nobody else wants the lane. */
    private void merge(Moment now) {
        if (isRunning(Job.Merge.class)) {
            return;
        }
        for (LayerState layer : layers) {
            if (layer.isUsable(now.nanos())
                    && layer.bulk == null
                    && !layer.mergeable.isEmpty()
                    && layer.merging.isOver(now.nanos())) {
                begin(layer, Lane.BULK, new Job.Merge(layer.mergeable));
                return;
            }
        }
    }

    private void collect(LayerState layer, Moment now) {
        if (layer.quick == null && layer.collectAt - now.nanos() <= 0) {
            layer.collectAt = now.nanos() + COLLECT_AGAIN_NANOS;
            begin(layer, Lane.QUICK, new Job.Collect());
        }
    }

    private void begin(LayerState layer, Lane lane, Job what) {
        long job = ++jobs;
        layer.put(lane, what);
        if (what instanceof Job.Claim || what instanceof Job.Look) {
            layer.looking();
        }
        running.put(job, new Begun(layer, lane, what));
        effects.add(new PlanEffect.Run(job, layer.name(), lane, what));
    }

    /** What {@link PlanInput.PruneNow} would throw away now; nothing is by this. */
    PruneReport report(Moment now) {
        changed = true;
        compare(now);
        return Pruning.of(layers, inventories, now);
    }

    List<Alert> standing() {
        return alerts.standing();
    }

    /** What stands where, for operators. */
    List<LayerState> layers() {
        return layers;
    }

    List<SourceState> sources() {
        return sources;
    }

    DrillStates drills() {
        return drills;
    }
}
