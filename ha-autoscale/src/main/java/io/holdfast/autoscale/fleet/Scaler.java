package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.LoadHistory;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.ScalingDecision;
import io.holdfast.autoscale.decide.Sizing;
import io.holdfast.autoscale.decide.SizingDecision;
import io.holdfast.autoscale.decide.SizingMemory;
import io.holdfast.core.FencingToken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The node that decides: looks at the load, decides how many nodes there are to be, and has the {@link Fleet} see to it. What the next
 * such node has to know is kept in a {@link ScalingRecord} before anything is done about it, and while that is under way nothing else is
 * begun; so none of them repeats or forgets what another one did.
 *
 * <p>Time is that of the deciding node's monotonic clock, counted from its wall clock when it began. Deterministic. Not thread-safe.
 */
public final class Scaler {
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long DRIFT_MILLIS = TimeUnit.MINUTES.toMillis(1);
    private static final int MOST_SNAPSHOTS = 720;
    private static final int MOST_KEPT_SNAPSHOTS = 60;

    private final ScalerConfig config;
    private final Fleet fleet;
    private final Sizing sizing;
    private @Nullable FencingToken token;
    private String logId = "";
    private long beganNanos;
    private long beganMillis;
    private boolean saving;
    private boolean changed;
    private long savedAt;
    private long decidedAt;
    private boolean decidedOnce;
    private String pausedBy = "";
    private SizingMemory memory = SizingMemory.EMPTY;
    private List<LoadSnapshot> history = new ArrayList<>();
    private FleetState kept = FleetState.of(0);

    /** Does nothing until it is {@link #granted}. */
    public Scaler(ScalerConfig config) {
        this.config = config;
        this.fleet = new Fleet(config.fleet());
        this.sizing = new Sizing(config.sizing());
    }

    /**
     * This node decides from now on.
     *
     * @param found what was kept by whoever decided before
     * @param log which log that is; empty if there is none
     */
    public List<ScalerEffect> granted(Moment now, FencingToken granted, Optional<ScalingRecord> found, String log) {
        token = granted;
        logId = log;
        beganNanos = now.nanos();
        beganMillis = now.wallMillis();
        saving = false;
        decidedOnce = false;
        ScalingRecord record = found.filter(one -> one.logId().equals(log))
                .orElse(new ScalingRecord(0, log, beganMillis, "", FleetState.of(0), SizingMemory.EMPTY, List.of()))
                .at(beganMillis);
        pausedBy = record.pausedBy();
        memory = record.memory();
        history = new ArrayList<>(record.history());
        fleet.resume(now.nanos(), record.fleet(), granted.value());
        kept = record.fleet();
        changed = true;
        List<ScalerEffect> effects = new ArrayList<>();
        save(now, effects); // under its token: whoever decided before cannot keep anything any more
        return effects;
    }

    /** This node decides no longer; what was asked and not answered is the next one's. */
    public void ended() {
        token = null;
        saving = false;
    }

    /** What was to be kept is kept. */
    public void saved() {
        saving = false;
    }

    /** Begins nothing new until {@link #resume}. What has been begun goes on. */
    public void pause(String by) {
        changed |= !pausedBy.equals(by);
        pausedBy = by;
    }

    /** Goes on. */
    public void resume() {
        pause("");
    }

    /** Takes note of what came of something. */
    public List<ScalerEffect> hear(Moment now, FleetInput input) {
        List<ScalerEffect> effects = new ArrayList<>();
        if (token != null) {
            fleet.hear(now.nanos(), input).forEach(effect -> effects.add(new ScalerEffect.Act(effect)));
        }
        return effects;
    }

    /** Looks, decides if it is time to, and says what is to be done. */
    public List<ScalerEffect> tick(Moment now, Collection<Sighting> members) {
        List<ScalerEffect> effects = new ArrayList<>();
        if (token == null || saving) {
            return effects;
        }
        follow(now);
        boolean mayBegin = fleet.state().wanted() > 0 && acts() && pausedBy.isEmpty();
        fleet.act(now.nanos(), members, mayBegin, acts()).forEach(effect -> effects.add(new ScalerEffect.Act(effect)));
        fleet.takeStartUps().forEach(took -> {
            memory = memory.started(took.plus(config.fleet().warmUp()));
            changed = true;
        });
        if (fleet.isSeen()
                && (!decidedOnce || now.nanos() - decidedAt >= config.every().toNanos())) {
            decidedOnce = true;
            decidedAt = now.nanos();
            decide(now, effects);
        }
        if (changed || !fleet.state().equals(kept) || now.nanos() - savedAt >= KEEP_NANOS) {
            save(now, effects);
        }
        return effects;
    }

    /** False if it only shows what it would do, paused or not. */
    private boolean acts() {
        return !config.dryRun() && !config.fleet().target().recommendOnly();
    }

    /**
     * The wall clock was set, or this node stood still for long: schedules go by it, and nothing becomes older or younger for that.
     */
    private void follow(Moment now) {
        long own = time(now).toEpochMilli();
        if (Math.abs(now.wallMillis() - own) >= DRIFT_MILLIS) {
            ScalingRecord moved =
                    new ScalingRecord(0, logId, own, pausedBy, fleet.state(), memory, history).at(now.wallMillis());
            memory = moved.memory();
            history = new ArrayList<>(moved.history());
            beganMillis += now.wallMillis() - own;
        }
    }

    private Instant time(Moment now) {
        return Instant.ofEpochMilli(beganMillis + TimeUnit.NANOSECONDS.toMillis(now.nanos() - beganNanos));
    }

    private void decide(Moment now, List<ScalerEffect> effects) {
        if (fleet.state().wanted() == 0) {
            int there = Math.max(config.sizing().min(), Math.min(config.sizing().max(), fleet.placed()));
            fleet.want(Math.max(1, there));
            changed = true;
        }
        Instant at = time(now);
        LoadSnapshot snapshot = fleet.snapshot(at, now.nanos());
        if (!history.isEmpty() && !at.isAfter(history.get(history.size() - 1).at())) {
            history.clear(); // of a time that is not over yet
        }
        history.add(snapshot);
        Instant since = at.minus(Sizing.lookBack());
        history.removeIf(one -> one.at().isBefore(since));
        while (history.size() > MOST_SNAPSHOTS) {
            history.remove(0);
        }
        SizingDecision decision = sizing.decide(new LoadHistory(history), memory);
        changed |= recommended(decision.next()) != recommended(memory);
        memory = decision.next();
        int from = fleet.state().wanted();
        boolean applied = acts() && pausedBy.isEmpty();
        if (applied && decision.nodes() != from) {
            memory = memory.changed(at, from, decision.nodes());
            fleet.want(decision.nodes());
            changed = true;
        }
        effects.add(new ScalerEffect.Decided(new ScalingDecision(
                at,
                snapshot,
                from,
                decision.nodes(),
                applied,
                decision.wishes(),
                decision.limits(),
                decision.reason())));
    }

    /** What was recommended last: a peak that the next one does not know of is no peak for it. */
    private static int recommended(SizingMemory of) {
        int last = of.recommendations().size() - 1;
        return last < 0 ? -1 : of.recommendations().get(last).nodes();
    }

    private void save(Moment now, List<ScalerEffect> effects) {
        FencingToken holds = token;
        if (holds == null) {
            return;
        }
        saving = true;
        changed = false;
        savedAt = now.nanos();
        kept = fleet.state();
        effects.add(new ScalerEffect.Save(
                new ScalingRecord(holds.value(), logId, time(now).toEpochMilli(), pausedBy, kept, memory, thinned())));
    }

    /** As many as are worth keeping, evenly spread, the newest among them. */
    private List<LoadSnapshot> thinned() {
        int step = (history.size() + MOST_KEPT_SNAPSHOTS - 1) / MOST_KEPT_SNAPSHOTS;
        List<LoadSnapshot> some = new ArrayList<>();
        for (int i = history.size() - 1; i >= 0 && step > 0; i -= step) {
            some.add(0, history.get(i));
        }
        return some;
    }

    /** How many nodes are wanted; 0 before that is known. */
    public int wanted() {
        return fleet.state().wanted();
    }

    /** Who paused scaling; empty if nobody did. */
    public String pausedBy() {
        return pausedBy;
    }

    /** What is wanted, and what has been begun. */
    public FleetState state() {
        return fleet.state();
    }

    /** Everybody, and how far they are. */
    public SortedMap<String, Standing> standings() {
        return fleet.standings();
    }

    /** What it waits for, for people; empty for nothing. */
    public String waitsFor() {
        return fleet.waitsFor();
    }

    /** What the target fails at; empty if it does not. */
    public String trouble() {
        return fleet.trouble();
    }

    /** How long new nodes take to serve and be warm, as far as is known. */
    public Duration startUp() {
        return memory.startUp(config.sizing().limits().startUp());
    }
}
