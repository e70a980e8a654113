package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.fleet.FleetEffect.Tell;
import io.holdfast.autoscale.fleet.FleetState.Going;
import io.holdfast.autoscale.fleet.FleetState.Growth;
import io.holdfast.autoscale.fleet.FleetState.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has as many nodes as are wanted: orders what is missing, and takes away, one after the other, what is too many.
 *
 * <ul>
 *   <li>It never asks for more than {@code max}, and takes no node away unless as many as are wanted serve without it.
 *   <li>What it begins is in its {@link #state}, which is to be kept before anything is done about it: whoever decides next goes on
 *       from there. All that is asked may be asked twice.
 *   <li>While the target does not say what there is, nothing is begun.
 * </ul>
 *
 * <p>Deterministic. Not thread-safe.
 */
public final class Fleet {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_SOON_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BLIND_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long SHOWN_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long HANGS_NANOS = TimeUnit.MINUTES.toNanos(2);
    static final String REPLACE = "replace";
    private static final long HELD_NANOS = TimeUnit.MINUTES.toNanos(5);

    private record Held(String reason, long until) {}

    private final FleetConfig config;
    private Roster roster;
    private final Map<String, Pause> failing = new HashMap<>();
    private final Map<String, Held> held = new TreeMap<>();
    private final Map<String, Long> coming = new HashMap<>();
    private final Map<String, Long> drainsSince = new HashMap<>();
    private final Set<String> stuck = new HashSet<>();
    private final List<Duration> startUps = new ArrayList<>();
    private final Pause growing = new Pause();
    private final Pause looking = new Pause();
    private FleetState state = FleetState.of(0);
    private List<Instance> instances = List.of();
    private boolean seen;
    /** True if the last two looks showed the same: no count rests on one from which something was missing for a moment. */
    private boolean steady;

    private List<String> shown = List.of();
    private boolean lookAsked;
    private long lookAskedAt;
    private long orderedAt;
    private String hangs = "";
    private long token;
    private long lookedAt;
    private long lookAgainAt;
    private boolean ordered;
    private boolean accepted;
    private long acceptedAt;
    private Departure departure;
    private String waitsFor = "";

    /** Nothing is wanted yet. */
    public Fleet(FleetConfig config) {
        this.config = config;
        this.roster = new Roster(config);
        this.departure = new Departure(config);
    }

    /**
     * Goes on from there: what it knew from an earlier time is forgotten.
     *
     * @param by under which token, which is in the names of actions
     */
    public void resume(long now, FleetState from, long by) {
        state = from;
        token = by;
        roster = new Roster(config);
        instances = List.of();
        coming.clear();
        stuck.clear();
        steady = false;
        shown = List.of();
        startUps.clear();
        failing.clear();
        hangs = "";
        seen = false;
        lookAsked = false;
        lookAgainAt = now;
        ordered = false;
        accepted = false;
        departure = new Departure(config);
        growing.succeeded();
        looking.succeeded();
        held.clear();
        drainsSince.clear();
    }

    /** So many nodes there are to be. */
    public void want(int nodes) {
        if (nodes != state.wanted()) {
            state = state.wanting(nodes);
        }
    }

    /** What has to be kept. */
    public FleetState state() {
        return state;
    }

    /** Takes note of what came of something. */
    public List<FleetEffect> hear(long now, FleetInput input) {
        List<FleetEffect> effects = new ArrayList<>();
        if (input instanceof FleetInput.Looked looked) {
            lookAsked = false;
            seen = true;
            lookedAt = now;
            List<String> names =
                    looked.instances().stream().map(Instance::node).sorted().toList();
            steady = names.equals(shown);
            shown = names;
            instances = looked.instances();
            looking.succeeded();
        } else if (input instanceof FleetInput.NotLooked failed) {
            lookAsked = false;
            if (looking.failed(now, false, failed.reason())) {
                effects.add(new Tell(
                        Tell.Kind.FAILED,
                        "",
                        "the target does not say what there is, and is asked again: " + failed.reason()));
            }
        } else if (input instanceof FleetInput.Started started) {
            if (isGrowth(started.action())) {
                ordered = false;
                accepted = true;
                acceptedAt = now;
                lookAgainAt = now;
                growing.succeeded();
            }
        } else if (input instanceof FleetInput.NotStarted failed) {
            if (isGrowth(failed.action())) {
                notStarted(now, failed, effects::add);
            }
        } else {
            state.going().ifPresent(going -> departure.hear(now, going, input, effects::add));
        }
        return effects;
    }

    private boolean isGrowth(String action) {
        return state.growth().filter(growth -> growth.action().equals(action)).isPresent();
    }

    /** Some of it may have been done: what there is will be seen, and what is missing then is ordered anew. */
    private void notStarted(long now, FleetInput.NotStarted failed, Consumer<FleetEffect> effects) {
        String nodes = state.growth()
                .map(Growth::nodes)
                .map(names -> String.join(", ", names))
                .orElse("");
        if (growing.failed(now, failed.lasting(), failed.reason())) {
            effects.accept(new Tell(
                    Tell.Kind.FAILED,
                    nodes,
                    "the target did not start what was ordered, and is asked again: " + failed.reason()));
        }
        ordered = false;
        state = state.growing(Optional.empty());
        lookAgainAt = now;
        seen = false;
    }

    /**
     * What is to be done.
     *
     * @param members everybody whom the membership knows
     * @param mayBegin false if nothing new is to be begun
     * @param mayAct false if what has been begun stays where it is, too: then it only looks
     */
    public List<FleetEffect> act(long now, Collection<Sighting> members, boolean mayBegin, boolean mayAct) {
        List<FleetEffect> effects = new ArrayList<>();
        roster.look(now, members, instances, state);
        state = state.knowing(roster.mayComeBack(state.known()));
        held.values().removeIf(one -> now - one.until() >= 0);
        notice(now, effects::add);
        look(now, effects::add);
        if (mayAct) {
            grow(now, effects::add);
            shrink(now, effects::add);
            forgotten(now);
        }
        hangs = hanging(now);
        waitsFor = "";
        if (mayBegin && sees(now)) {
            begin(now);
        } else if (mayBegin) {
            waitsFor = looking.reason().isEmpty()
                    ? "the target to say what there is"
                    : "the target to say what there is: " + looking.reason();
        }
        return effects;
    }

    /** What the target does not answer; empty if it does. */
    private String hanging(long now) {
        long looks = lookAsked ? now - lookAskedAt : 0;
        long starts = ordered && !accepted ? now - orderedAt : 0;
        long longest = Math.max(looks, starts);
        return longest < HANGS_NANOS ? "" : "it has not answered for " + TimeUnit.NANOSECONDS.toSeconds(longest) + " s";
    }

    /** True if what the target has is known, as of lately. */
    private boolean sees(long now) {
        return seen && now - lookedAt < BLIND_NANOS;
    }

    private void look(long now, Consumer<FleetEffect> effects) {
        boolean busy = state.growth().isPresent() || state.going().isPresent() || !seen;
        boolean due = now - lookAgainAt >= 0;
        if (!lookAsked && due && looking.isOver(now)) {
            lookAsked = true;
            lookAskedAt = now;
            lookAgainAt = now + (busy ? LOOK_SOON_NANOS : LOOK_NANOS);
            effects.accept(new FleetEffect.Look());
        }
    }

    /** Who has come, who failed, and who takes too long. */
    private void notice(long now, Consumer<FleetEffect> effects) {
        for (Standing standing : roster.standings().values()) {
            String node = standing.node();
            switch (standing.stage()) {
                case ORDERED, STARTING -> {
                    coming.putIfAbsent(node, now);
                    tooLong(now, standing, effects);
                }
                case WARMING, READY -> {
                    Long since = coming.remove(node);
                    if (since != null) {
                        failing.remove(node);
                        if (standing.isManaged()) {
                            Duration took = Duration.ofNanos(now - since);
                            startUps.add(took);
                            effects.accept(new Tell(
                                    Tell.Kind.ADDED,
                                    node,
                                    "it serves, " + took.toMillis() + " ms after it was seen to start"));
                        }
                    }
                }
                case FAILED -> {
                    if (coming.remove(node) != null || !failing.containsKey(node)) {
                        Instance instance = standing.instance();
                        String why = instance == null ? "" : instance.detail();
                        failing.computeIfAbsent(node, name -> new Pause()).failed(now, false, why);
                        effects.accept(
                                new Tell(Tell.Kind.FAILED, node, "it ended by itself, or did not start: " + why));
                    }
                }
                case AWAY, GOING, GONE -> coming.remove(node);
            }
        }
        expect();
        coming.keySet().retainAll(roster.standings().keySet());
        failing.keySet().retainAll(roster.standings().keySet());
        stuck.removeIf(node -> {
            Standing standing = roster.find(node);
            return standing == null || standing.stage() != Stage.STARTING;
        });
    }

    /** Of whom something is expected still; whoever has not looked at the target yet does not know. */
    private void expect() {
        if (!seen) {
            return;
        }
        // A target that hides one for a moment has not had it served.
        state = state.expecting(node -> {
            Standing standing = roster.find(node);
            return standing == null || (standing.stage() != Stage.WARMING && standing.stage() != Stage.READY);
        });
    }

    /** Whom nobody here asked for may be somebody else's, and is not touched. */
    private void tooLong(long now, Standing standing, Consumer<FleetEffect> effects) {
        if (standing.stage() == Stage.STARTING
                && standing.isManaged()
                && now - roster.startingSince(standing.node(), now)
                        >= config.startWithin().toNanos()
                && stuck.add(standing.node())) {
            effects.accept(new Tell(
                    Tell.Kind.FAILED,
                    standing.node(),
                    "it does not serve " + config.startWithin().toSeconds() + " s after it was seen to start, and "
                            + (mayBeStopped(standing)
                                    ? "is stopped"
                                    : state.ordered().contains(standing.node())
                                            ? "is left as it is: it is there, and says itself what it waits for"
                                            : "is left as it is: it was not ordered here")));
        }
    }

    private boolean mayBeStopped(Standing standing) {
        boolean present =
                standing.sighting() != null && standing.sighting().state().isPresent();
        return state.ordered().contains(standing.node()) && !standing.hasVote() && !present;
    }

    private void grow(long now, Consumer<FleetEffect> effects) {
        Growth growth = state.growth().orElse(null);
        if (growth == null) {
            accepted = false;
            return;
        }
        if (accepted) {
            if (isShown(growth) || now - acceptedAt >= SHOWN_NANOS) {
                accepted = false;
                state = state.growing(Optional.empty());
            }
        } else if (!ordered && !fits(growth)) {
            state = state.growing(Optional.empty()); // another node ordered it, by other settings
        } else if (!ordered && growing.isOver(now)) {
            ordered = true;
            orderedAt = now;
            effects.accept(new FleetEffect.Start(growth));
        }
    }

    private boolean fits(Growth growth) {
        if (!config.target().takesNames()) {
            return growth.size() <= config.max();
        }
        long others = roster.standings().values().stream()
                .filter(s -> !growth.nodes().contains(s.node()) && roster.isRunning(s))
                .count();
        return others + growth.nodes().size() <= config.max();
    }

    private boolean isShown(Growth growth) {
        if (!seen || lookedAt - acceptedAt <= 0) {
            return false;
        }
        if (config.target().takesNames()) {
            return growth.nodes().stream().allMatch(node -> {
                Standing standing = roster.find(node);
                return standing != null && standing.isManaged();
            });
        }
        return roster.instances() >= growth.size();
    }

    private void shrink(long now, Consumer<FleetEffect> effects) {
        Going going = state.going().orElse(null);
        if (going == null) {
            return;
        }
        Optional<Going> next = departure.act(
                now,
                going,
                roster.find(going.node()),
                new Departure.Around(
                        // of no size that rests on nothing, or leaves out who is just being ordered, is anybody told
                        sees(now) && state.growth().isEmpty() ? instancesWithout(going.node()) : -1,
                        state.wanted() > roster.placed(),
                        sees(now)
                                && Victims.isOvertaken(
                                        going.node(), roster.standings().values(), config.target())),
                reason -> held.put(going.node(), new Held(reason, now + HELD_NANOS)),
                effects);
        if (!next.equals(state.going())) {
            state = state.losing(next);
            if (next.isEmpty()) {
                Standing left = roster.find(going.node());
                boolean there = left != null
                        && left.sighting() != null
                        && left.sighting().state().isPresent();
                if (going.phase() == Phase.STOP && !there) {
                    roster.takenAway(going.node());
                    state = state.expecting(node -> !node.equals(going.node()));
                }
                lookAgainAt = now;
                seen = false; // it is not what it was
                instances = instances.stream()
                        .filter(instance ->
                                going.phase() != Phase.STOP || !instance.node().equals(going.node()))
                        .toList();
            }
        }
    }

    /** A node whose departure was given up while nobody reached it drains for ever unless it is told not to. */
    private void forgotten(long now) {
        for (Standing standing : roster.standings().values()) {
            Sighting sighting = standing.sighting();
            boolean drains = standing.stage() != Stage.GOING && sighting != null && sighting.drainsForScaling();
            if (!drains) {
                drainsSince.remove(standing.node());
            } else if (now - drainsSince.computeIfAbsent(standing.node(), node -> now)
                            >= config.staleAfter().toNanos()
                    && state.going().isEmpty()) {
                drainsSince.remove(standing.node());
                state = state.losing(Optional.of(new Going(nextAction("serve"), standing.node(), Phase.UNDO, "")));
            }
        }
        drainsSince.keySet().retainAll(roster.standings().keySet());
    }

    private int instancesWithout(String node) {
        boolean counts = config.target().removal() == Capabilities.Removal.HIGHEST_ORDINAL
                || !config.target().takesNames();
        if (counts && (!steady || roster.isAnotherStopping(node))) {
            return -1; // it may come back, and then the one below would go
        }
        Standing standing = roster.find(node);
        boolean counted = standing != null
                && standing.instance() != null
                && standing.instance().state() != Instance.State.FAILED
                && standing.instance().state() != Instance.State.STOPPING;
        return roster.instances() - (counted ? 1 : 0) + (config.target().takesNames() ? 0 : failedBut(node));
    }

    /** A target that names its nodes itself starts the failed ones anew by itself: they count for it. */
    private int failedBut(String node) {
        return (int) roster.standings().values().stream()
                .filter(s -> s.stage() == Stage.FAILED && !s.node().equals(node))
                .count();
    }

    private void begin(long now) {
        if (state.growth().isPresent()) {
            return;
        }
        int missing = state.wanted() - roster.placed();
        if (state.going().isPresent()) {
            if (missing > 0 && config.target().takesNames() && isLeaving()) {
                beginGrowth(now, missing); // that it does not end is no reason to let the load wait
            }
        } else if (!replaceOne(now)) {
            boolean room = roster.running() < config.max();
            boolean leftBehind = Victims.isLeftBehind(roster.standings().values(), config.target());
            if (leftBehind && (missing <= 0 || !room)) {
                beginDeparture();
            } else if (missing > 0) {
                beginGrowth(now, missing);
            } else if (missing < 0) {
                beginDeparture();
            }
        }
    }

    private boolean isLeaving() {
        return state.going()
                .filter(going -> going.phase() == Phase.LEAVE || going.phase() == Phase.STOP)
                .isPresent();
    }

    /** One of ours that does not come up, or hangs, goes in favour of another. */
    private boolean replaceOne(long now) {
        if (!config.target().takesNames()) {
            return false; // whoever names them cares for them
        }
        for (Standing standing : roster.standings().values()) {
            String node = standing.node();
            boolean present =
                    standing.sighting() != null && standing.sighting().state().isPresent();
            boolean slow = stuck.contains(node) && mayBeStopped(standing);
            boolean hung = standing.stage() == Stage.GONE
                    && !present
                    && standing.instance() != null
                    && standing.instance().state() == Instance.State.RUNNING
                    && !standing.hasVote();
            boolean possible = !Victims.isOvertaken(node, roster.standings().values(), config.target());
            if ((slow || hung) && possible) {
                stuck.remove(node);
                failing.computeIfAbsent(node, name -> new Pause()).failed(now, false, "it did not serve in time");
                state = state.losing(Optional.of(new Going(nextAction(REPLACE), node, Phase.STOP, "")));
                return true;
            }
        }
        return false;
    }

    private void beginGrowth(long now, int missing) {
        if (!growing.isOver(now)) {
            waitsFor = "the target, which failed: " + growing.reason();
            return;
        }
        List<String> failed = roster.standings().values().stream()
                .filter(s -> s.stage() == Stage.FAILED)
                .map(Standing::node)
                .toList();
        int room = config.max() - roster.running();
        int fresh = Math.max(0, Math.min(missing - failed.size(), room));
        List<String> names = new ArrayList<>();
        if (config.target().takesNames()) {
            failed.stream()
                    .filter(node -> pauseOf(node).isOver(now))
                    .limit(Math.max(0, Math.min(missing, room)))
                    .forEach(names::add);
            names.addAll(freshNames(Math.min(fresh, room - names.size())));
        }
        int count = config.target().takesNames() ? names.size() : fresh;
        if (!config.target().takesNames() && !steady) {
            return; // of how many is said when it is sure
        }
        if (count <= 0) {
            waitsFor = room <= 0
                    ? "room: " + roster.running() + " nodes run or may, and " + config.max() + " are the most"
                    : "nodes that failed, which are started again: " + String.join(", ", failed);
            return;
        }
        int size = roster.instances() + count + (config.target().takesNames() ? 0 : failed.size());
        ordered = false;
        accepted = false;
        state = state.growing(Optional.of(new Growth(nextAction("start"), names, size)));
    }

    private Pause pauseOf(String node) {
        return failing.computeIfAbsent(node, name -> new Pause());
    }

    /** The lowest numbers that nobody known has or had. */
    private List<String> freshNames(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 1; names.size() < count; i++) {
            String name = config.namePrefix() + i;
            if (roster.find(name) == null) {
                names.add(name);
            }
        }
        return names;
    }

    private void beginDeparture() {
        int serving = roster.count(Stage.READY) + roster.count(Stage.WARMING);
        Map<String, String> reasons = new TreeMap<>();
        held.forEach((node, why) -> reasons.put(node, why.reason()));
        Victims.Choice choice =
                Victims.choose(roster.standings().values(), config.target(), reasons, config.self(), roster.hasLog());
        if (choice.node().isEmpty()) {
            waitsFor = "a node that can go: " + choice.reason();
            return;
        }
        Standing chosen = roster.find(choice.node());
        boolean serves = chosen != null && (chosen.stage() == Stage.READY || chosen.stage() == Stage.WARMING);
        boolean counts = chosen != null && chosen.stage().hasPlace();
        if (counts && serving - (serves ? 1 : 0) < state.wanted()) {
            waitsFor = "others to serve: " + serving + " do, " + state.wanted() + " are wanted, and " + choice.node()
                    + " would go";
            return;
        }
        state = state.losing(Optional.of(new Going(nextAction("stop"), choice.node(), Phase.DRAIN, choice.heir())));
    }

    private String nextAction(String what) {
        return what + "-" + token + "-" + (state.actions() + 1);
    }

    /** The load now, of those that are ready. */
    public LoadSnapshot snapshot(Instant at, long now) {
        return roster.snapshot(at, now, state.wanted());
    }

    /** Everybody, and how far they are, as of the last {@link #act}. */
    public SortedMap<String, Standing> standings() {
        return new TreeMap<>(roster.standings());
    }

    /** How many have one of the places that are wanted. */
    public int placed() {
        return roster.placed();
    }

    /** How long nodes took to serve that have come since this was asked last. */
    public List<Duration> takeStartUps() {
        List<Duration> taken = List.copyOf(startUps);
        startUps.clear();
        return taken;
    }

    /** What it waits for, for people; empty for nothing. */
    public String waitsFor() {
        String going = departure.trouble();
        return state.going().isPresent() && !going.isEmpty() ? going : waitsFor;
    }

    /** What the target fails at; empty if it does not. */
    public String trouble() {
        String stopping = state.going()
                .filter(going -> going.phase() == Phase.STOP)
                .map(going -> departure.trouble())
                .orElse("");
        return !looking.reason().isEmpty()
                ? looking.reason()
                : !growing.reason().isEmpty() ? growing.reason() : !stopping.isEmpty() ? stopping : hangs;
    }

    /** True once the target has said what there is, since this began or something was begun. */
    public boolean isSeen() {
        return seen;
    }

    @Nullable
    Standing find(String node) {
        return roster.find(node);
    }
}
