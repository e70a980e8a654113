package io.holdfast.loadbalance.route;

import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.pick.BoundedLoadPicker;
import io.holdfast.loadbalance.pick.CoarseTime;
import io.holdfast.loadbalance.pick.Decay;
import io.holdfast.loadbalance.pick.KeyedPicker;
import io.holdfast.loadbalance.pick.LeastRequestPicker;
import io.holdfast.loadbalance.pick.MaglevPicker;
import io.holdfast.loadbalance.pick.MaglevTable;
import io.holdfast.loadbalance.pick.PeakEwmaPicker;
import io.holdfast.loadbalance.pick.Picker;
import io.holdfast.loadbalance.pick.RandomPicker;
import io.holdfast.loadbalance.pick.RendezvousPicker;
import io.holdfast.loadbalance.pick.RoundRobinPicker;
import io.holdfast.loadbalance.pick.Slots;
import io.holdfast.loadbalance.pick.Slots.Slot;
import io.holdfast.loadbalance.pick.SmoothWeightedPicker;
import io.holdfast.loadbalance.pick.Stripes;
import io.holdfast.loadbalance.pick.WeightedRandomPicker;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes the picker of an algorithm, and of an earlier one keeps what still holds: the turns, and the tables of the same ids. */
public final class Pickers {
    private final Algorithm algorithm;
    private final LongSupplier chance;
    private final CoarseTime time;
    private final Decay decay;
    private final Stripes stripes;
    private final BoundedLoadPicker.InFlight inFlight;

    /**
     * What pickers are made of.
     *
     * @param chance 64 random bits; safe from any thread
     * @param processors how many threads pick at a time
     * @param inFlight all requests in flight
     */
    public Pickers(
            Algorithm algorithm,
            LongSupplier chance,
            CoarseTime time,
            Decay decay,
            int processors,
            BoundedLoadPicker.InFlight inFlight) {
        this.algorithm = algorithm;
        this.chance = chance;
        this.time = time;
        this.decay = decay;
        this.inFlight = inFlight;
        this.stripes = new Stripes(processors, chance);
    }

    /** A picker and what it picks from. */
    public record Made(Slots slots, Picker picker, @Nullable MaglevTable table) {}

    /**
     * For these slots; keyed algorithms are given those without a share, too.
     *
     * @param earlier of the same group, or null
     */
    public Made make(List<Slot> slots, @Nullable Made earlier) {
        Slots all = new Slots(algorithm.usesKey() ? slots : unkeyed(slots));
        if (earlier != null && earlier.slots().isSameAs(all)) {
            return earlier;
        }
        if (algorithm instanceof Algorithm.KeyHash hash) {
            return keyed(hash, all, earlier);
        }
        if (algorithm instanceof Algorithm.BoundedKeyHash bounded) {
            Made hash = keyed(bounded.hash(), all, earlier);
            Picker picker = new BoundedLoadPicker(all, (KeyedPicker) hash.picker(), bounded.factor(), inFlight);
            return new Made(all, picker, hash.table());
        }
        return new Made(all, unkeyed(all), null);
    }

    private List<Slot> unkeyed(List<Slot> slots) {
        boolean ignoresWeight = algorithm instanceof Algorithm.RoundRobin || algorithm instanceof Algorithm.Uniform;
        return slots.stream()
                .filter(slot -> slot.share() > 0)
                .map(slot -> ignoresWeight ? new Slot(slot.id(), 1, slot.share(), slot.stats()) : slot)
                .toList();
    }

    private static Made keyed(Algorithm.KeyHash hash, Slots all, @Nullable Made earlier) {
        if (all.size() <= hash.rendezvousUpTo()) {
            return new Made(all, new RendezvousPicker(all), null);
        }
        MaglevTable table = earlier == null ? null : earlier.table();
        if (table == null || earlier == null || !all.hasTableOf(earlier.slots())) {
            table = new MaglevTable(all);
        }
        return new Made(all, new MaglevPicker(all, table), table);
    }

    private Picker unkeyed(Slots all) {
        boolean even = all.size() == 0 || all.isEven();
        if (algorithm instanceof Algorithm.RoundRobin || algorithm instanceof Algorithm.SmoothWeighted) {
            boolean plain = even && (algorithm instanceof Algorithm.RoundRobin || all.size() == 0);
            return plain ? new RoundRobinPicker(all, stripes) : new SmoothWeightedPicker(all, chance);
        }
        if (algorithm instanceof Algorithm.Uniform || algorithm instanceof Algorithm.WeightedRandom) {
            return even ? new RandomPicker(all, chance) : new WeightedRandomPicker(all, chance);
        }
        if (algorithm instanceof Algorithm.LeastRequest) {
            return new LeastRequestPicker(all, chance);
        }
        if (algorithm instanceof Algorithm.PeakEwma) {
            return new PeakEwmaPicker(all, chance, decay, time);
        }
        throw new IllegalStateException("no picker for " + algorithm);
    }
}
