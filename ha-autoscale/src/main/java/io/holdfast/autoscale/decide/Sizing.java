package io.holdfast.autoscale.decide;

import io.holdfast.autoscale.LoadHistory;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.ScalingPolicy;
import io.holdfast.autoscale.ScalingRate;
import io.holdfast.autoscale.ScalingView;
import io.holdfast.autoscale.Wish;
import io.holdfast.autoscale.decide.SizingMemory.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides how many nodes there are to be: the policies' largest wish, within what the limits allow. Pure; safe for many threads. */
public final class Sizing {
    private static final int MOST_LENGTHENED = 4;

    private final SizingConfig config;

    /** One by that configuration. */
    public Sizing(SizingConfig config) {
        this.config = config;
    }

    /** How far back it wants to see the load. */
    public static Duration lookBack() {
        return Duration.ofMinutes(10);
    }

    /**
     * What there is to be now.
     *
     * @param history the load of the last {@link #lookBack()}; its newest snapshot's time is now
     * @param memory {@link SizingDecision#next()} of the decision before, with what happened since; at first {@link SizingMemory#EMPTY}
     */
    public SizingDecision decide(LoadHistory history, SizingMemory memory) {
        LoadSnapshot last = history.last();
        ScalingLimits limits = config.limits();
        ScalingView view = new ScalingView(history, memory.startUp(limits.startUp()), config.min(), config.max());
        List<Wish> wishes = config.policies().stream().map(p -> ask(p, view)).toList();
        List<String> said = new ArrayList<>();

        int recommended = recommended(wishes, last, said);
        Instant now = history.now();
        SizingMemory from = memory.recommendations().isEmpty()
                ? memory.recommended(now, last.wanted(), ScalingLimits.LONGEST)
                : memory;
        SizingMemory next = from.recommended(now, recommended, ScalingLimits.LONGEST);
        int nodes = limited(recommended, last, now, next, view.startUp(), said);
        return new SizingDecision(nodes, wishes, said, next, reason(nodes, last, wishes, said));
    }

    /** A policy may be the user's: what it does wrong is its own, and others decide meanwhile. */
    private static Wish ask(ScalingPolicy policy, ScalingView view) {
        try {
            @Nullable Wish wish = policy.wish(view);
            return wish == null || wish.policy() == null || wish.kind() == null || wish.reason() == null
                    ? Wish.unknown(UserCode.text(policy), "it failed: its wish lacks something: " + wish)
                    : wish;
        } catch (Throwable failed) {
            UserCode.passOn(failed);
            return Wish.unknown(UserCode.text(policy), "it failed: " + UserCode.text(failed));
        }
    }

    private int recommended(List<Wish> wishes, LoadSnapshot last, List<String> said) {
        int largest = 0;
        boolean unknown = false;
        for (Wish wish : wishes) {
            unknown |= wish.kind() == Wish.Kind.UNKNOWN;
            largest = Math.max(largest, wish.nodes());
        }
        int bounded = Math.max(config.min(), Math.min(config.max(), largest));
        if (bounded != largest) {
            said.add(bounded + " nodes are the " + (bounded > largest ? "least" : "most") + " there may be");
        }
        if (unknown && bounded < last.wanted()) {
            said.add("no node is taken away while a policy cannot tell");
            return Math.max(config.min(), Math.min(config.max(), last.wanted()));
        }
        return bounded;
    }

    private int limited(
            int recommended, LoadSnapshot last, Instant now, SizingMemory memory, Duration startUp, List<String> said) {
        int wanted = last.wanted();
        if (wanted < config.min() || wanted > config.max()) {
            return Math.max(config.min(), Math.min(config.max(), wanted));
        }
        if (recommended > wanted) {
            return out(recommended, wanted, now, memory, said);
        }
        if (recommended < wanted) {
            return in(recommended, last, now, memory, startUp, said);
        }
        return wanted;
    }

    private int out(int recommended, int wanted, Instant now, SizingMemory memory, List<String> said) {
        ScalingLimits limits = config.limits();
        int nodes = Math.max(wanted, memory.smallest(now, limits.outStabilization()));
        note(said, recommended, nodes, "the smallest wish of " + words(limits.outStabilization()) + " counts");
        if (nodes > wanted && since(memory, now) < limits.outCoolDown().toMillis()) {
            note(said, nodes, wanted, "none is added within " + words(limits.outCoolDown()) + " of a change");
            nodes = wanted;
        }
        int most = most(memory, now, wanted);
        if (nodes > most) {
            note(said, nodes, most, "at most " + limits.outRate() + " are added");
            nodes = most;
        }
        return nodes;
    }

    private int most(SizingMemory memory, Instant now, int wanted) {
        ScalingRate rate = config.limits().outRate();
        int came = 0;
        for (Change change : within(memory, now, rate.period())) {
            came += Math.max(0, change.to() - change.from());
        }
        int base = Math.max(0, wanted - came);
        return Math.max(wanted, base + rate.of(base));
    }

    private int in(
            int recommended, LoadSnapshot last, Instant now, SizingMemory memory, Duration startUp, List<String> said) {
        ScalingLimits limits = config.limits();
        int wanted = last.wanted();
        if (last.warming() > 0 && growing(memory, now, startUp)) {
            note(said, recommended, wanted, "none is taken away while " + last.warming() + " are on their way");
            return wanted;
        }
        int turns = turns(memory, now);
        Duration window = limits.inStabilization().multipliedBy(1 + turns);
        int nodes = Math.min(wanted, memory.largest(now, window));
        note(
                said,
                recommended,
                nodes,
                "the largest wish of " + words(window) + " counts"
                        + (turns == 0 ? "" : ", which is longer since sizes went to and fro"));
        if (nodes < wanted && since(memory, now) < limits.inCoolDown().toMillis()) {
            note(said, nodes, wanted, "none is taken away within " + words(limits.inCoolDown()) + " of a change");
            nodes = wanted;
        }
        int least = least(memory, now, wanted);
        if (nodes < least) {
            note(said, nodes, least, "at most " + limits.inRate() + " are taken away");
            nodes = least;
        }
        return nodes;
    }

    private int least(SizingMemory memory, Instant now, int wanted) {
        ScalingRate rate = config.limits().inRate();
        int went = 0;
        for (Change change : within(memory, now, rate.period())) {
            went += Math.max(0, change.from() - change.to());
        }
        int base = wanted + went;
        return Math.min(wanted, base - rate.of(base));
    }

    /** True if nodes were added not so long ago that those on their way must be others, which may never come. */
    private static boolean growing(SizingMemory memory, Instant now, Duration startUp) {
        return within(memory, now, startUp.multipliedBy(2)).stream().anyMatch(Change::out);
    }

    /** How often a change went against the one before, as far as that counts. */
    private int turns(SizingMemory memory, Instant now) {
        List<Change> changes = within(memory, now, config.limits().flappingWindow());
        int turns = 0;
        for (int i = 1; i < changes.size(); i++) {
            if (changes.get(i).out() && !changes.get(i - 1).out()) {
                turns++;
            }
        }
        return Math.min(MOST_LENGTHENED, turns);
    }

    private static List<Change> within(SizingMemory memory, Instant now, Duration window) {
        long since = now.toEpochMilli() - window.toMillis();
        return memory.changes().stream().filter(c -> c.atMillis() > since).toList();
    }

    private static long since(SizingMemory memory, Instant now) {
        List<Change> changes = memory.changes();
        return changes.isEmpty()
                ? Long.MAX_VALUE
                : now.toEpochMilli() - changes.get(changes.size() - 1).atMillis();
    }

    private static void note(List<String> said, int before, int after, String why) {
        if (before != after) {
            said.add(after + " instead of " + before + " nodes: " + why);
        }
    }

    private static String words(Duration time) {
        return time.toSeconds() + " s";
    }

    private static String reason(int nodes, LoadSnapshot last, List<Wish> wishes, List<String> said) {
        StringBuilder text = new StringBuilder();
        text.append(nodes == last.wanted() ? "stay at " : nodes > last.wanted() ? "grow to " : "shrink to ")
                .append(nodes);
        for (Wish wish : wishes) {
            text.append("; ").append(wish.policy()).append(": ");
            text.append(wish.kind() == Wish.Kind.NODES ? wish.nodes() + " nodes, " : wish.kind() + ", ")
                    .append(wish.reason());
        }
        for (String limit : said) {
            text.append("; ").append(limit);
        }
        return text.toString();
    }
}
