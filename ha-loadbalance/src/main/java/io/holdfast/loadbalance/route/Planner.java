package io.holdfast.loadbalance.route;

import io.holdfast.core.Health;
import io.holdfast.loadbalance.pick.Slots;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Plans who gets what part of the requests: first between priorities, then between zones, then the share of each endpoint. A
 * function of its arguments.
 *
 * <p>A priority takes {@code min(1, spare x available / all)} of the requests, as in Envoy; what it cannot take goes to the next.
 *
 * <p>Panic differs from Envoy's. There, below the threshold all endpoints get requests as if all were well. Here those that are
 * available get as much as they did at the threshold, and only what would be more goes to the others: with a part {@code a} of
 * the weight available and a threshold {@code t} an unavailable endpoint gets {@code (t - a) / (1 - a)} of its weight. At the
 * threshold that is nothing, and with none available it is the same for all.
 *
 * <p>The own zone gets {@code min(1, spare x available / all)} of what is in it; the rest goes to the other zones by what each
 * has left over, and if none has, by what each has.
 */
public final class Planner {
    static final int WHOLE = Slots.WHOLE;

    /**
     * What it goes by.
     *
     * @param panic the threshold, 0 to 1
     * @param spare from 1 on
     * @param degraded what part of its weight one that is not well gets, 0 to 1
     * @param zone the own one; empty for no notice of zones
     */
    public record Settings(double panic, double spare, double degraded, String zone) {}

    private final Settings settings;
    private boolean panic;

    private Planner(Settings settings) {
        this.settings = settings;
    }

    /** The plan for these, in any order. */
    public static Plan plan(Settings settings, Collection<Candidate> candidates) {
        return new Planner(settings).plan(candidates);
    }

    private Plan plan(Collection<Candidate> candidates) {
        SortedMap<Integer, List<Candidate>> byPriority = new TreeMap<>();
        candidates.stream().sorted(Comparator.comparing(Candidate::id)).forEach(each -> byPriority
                .computeIfAbsent(each.priority(), priority -> new ArrayList<>())
                .add(each));
        double possible = 0;
        for (List<Candidate> each : byPriority.values()) {
            possible += takes(each);
        }
        boolean tooLittle = possible < 1;
        List<Plan.Group> groups = new ArrayList<>();
        double left = 1;
        for (var each : byPriority.entrySet()) {
            double fraction = Math.min(left, part(each.getValue(), possible));
            left = Math.max(0, left - fraction);
            zones(each.getKey(), fraction, members(each.getValue(), tooLittle), groups);
        }
        return new Plan(groups, panic);
    }

    /** Of all requests; if nobody is available anywhere, all for the first priority that has somebody who does not drain. */
    private double part(List<Candidate> all, double possible) {
        if (possible > 0) {
            return takes(all) / Math.min(1, possible);
        }
        return all.stream().allMatch(Candidate::draining) ? 0 : 1;
    }

    private double takes(List<Candidate> all) {
        return Math.min(1, settings.spare() * available(all));
    }

    /** What part of the weight is available, not counting who drains. */
    private static double available(List<Candidate> all) {
        double sum = 0;
        double available = 0;
        for (Candidate each : all) {
            if (!each.draining()) {
                sum += each.weight();
                available += each.isAvailable() ? each.weight() : 0;
            }
        }
        return sum == 0 ? 0 : available / sum;
    }

    private List<Plan.Member> members(List<Candidate> all, boolean mayPanic) {
        double available = available(all);
        int inPanic = 0;
        if (mayPanic && available < settings.panic()) {
            double part = (settings.panic() - available) / (1 - available);
            inPanic = available == 0 ? WHOLE : (int) Math.round(part * WHOLE);
        }
        double most = all.stream().mapToDouble(this::share).max().orElse(0);
        List<Plan.Member> members = new ArrayList<>();
        for (Candidate each : all) {
            if (each.isAvailable()) {
                // Where all have just started, or none is well, each gets its weight.
                double share = most == 0 ? 1 : share(each) / most;
                members.add(new Plan.Member(each, (int) Math.ceil(share * WHOLE - 1e-9), false));
            } else if (each.draining() || inPanic == 0) {
                members.add(new Plan.Member(each, 0, false));
            } else {
                members.add(new Plan.Member(each, inPanic, true));
                panic = true;
            }
        }
        return members;
    }

    private double share(Candidate of) {
        if (!of.isAvailable()) {
            return 0;
        }
        double started = (double) of.started() / WHOLE;
        return of.health() == Health.DEGRADED ? started * settings.degraded() : started;
    }

    private void zones(int priority, double fraction, List<Plan.Member> members, List<Plan.Group> groups) {
        SortedMap<String, List<Plan.Member>> byZone = new TreeMap<>();
        for (Plan.Member each : members) {
            byZone.computeIfAbsent(each.candidate().zone(), zone -> new ArrayList<>())
                    .add(each);
        }
        List<Plan.Member> own = byZone.remove(settings.zone());
        if (settings.zone().isEmpty() || own == null || byZone.isEmpty()) {
            groups.add(new Plan.Group(priority, "", fraction, members));
            return;
        }
        double atHome = Math.min(1, settings.spare() * capacity(own) / Math.max(1, weight(own)));
        if (byZone.values().stream().allMatch(zone -> capacity(zone) == 0)) {
            atHome = 1;
        }
        groups.add(new Plan.Group(priority, settings.zone(), fraction * atHome, own));
        SortedMap<String, Double> spares = new TreeMap<>();
        byZone.forEach(
                (zone, theirs) -> spares.put(zone, Math.max(0, settings.spare() * capacity(theirs) - weight(theirs))));
        double sum = spares.values().stream().mapToDouble(Double::doubleValue).sum();
        if (sum == 0) {
            byZone.forEach((zone, theirs) -> spares.put(zone, capacity(theirs)));
            sum = spares.values().stream().mapToDouble(Double::doubleValue).sum();
        }
        double away = fraction * (1 - atHome);
        for (var each : byZone.entrySet()) {
            double part = sum == 0 ? 0 : spares.getOrDefault(each.getKey(), 0.0) / sum;
            groups.add(new Plan.Group(priority, each.getKey(), away * part, each.getValue()));
        }
    }

    private static double capacity(List<Plan.Member> of) {
        return of.stream().mapToDouble(Plan.Member::capacity).sum();
    }

    private static double weight(List<Plan.Member> of) {
        return of.stream()
                .filter(each -> !each.candidate().draining())
                .mapToDouble(each -> each.candidate().weight())
                .sum();
    }
}
