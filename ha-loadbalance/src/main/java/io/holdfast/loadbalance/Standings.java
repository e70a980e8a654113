package io.holdfast.loadbalance;

import io.holdfast.core.Health;
import io.holdfast.loadbalance.EndpointStanding.Because;
import io.holdfast.loadbalance.outlier.Verdict;
import io.holdfast.loadbalance.pick.CoarseTime;
import io.holdfast.loadbalance.pick.Decay;
import io.holdfast.loadbalance.route.Plan;
import io.holdfast.loadbalance.route.SlowStart;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts into words why each endpoint gets what it gets. */
final class Standings {
    private final BalancerSettings settings;
    private final Decay decay;
    private final SlowStart slowStart;
    private final Plan plan;
    private final long now;
    private final Map<String, Plan.Member> members = new HashMap<>();
    private final Map<String, Plan.Group> groups = new HashMap<>();
    private final Map<String, Double> shares = new HashMap<>();

    Standings(BalancerSettings settings, Decay decay, SlowStart slowStart, Plan plan, long now) {
        this.settings = settings;
        this.decay = decay;
        this.slowStart = slowStart;
        this.plan = plan;
        this.now = now;
        boolean ignoresWeight = settings.algorithm() instanceof Algorithm.RoundRobin
                || settings.algorithm() instanceof Algorithm.Uniform;
        for (Plan.Group group : plan.groups()) {
            double sum = group.members().stream()
                    .mapToDouble(each -> part(each, ignoresWeight))
                    .sum();
            for (Plan.Member member : group.members()) {
                String id = member.candidate().id();
                members.put(id, member);
                groups.put(id, group);
                shares.put(id, sum == 0 ? 0 : group.fraction() * part(member, ignoresWeight) / sum);
            }
        }
    }

    private static double part(Plan.Member of, boolean ignoresWeight) {
        return (double) of.share() * (ignoresWeight ? 1 : of.candidate().weight());
    }

    /** What part of the requests goes to it, before the algorithm looks at anything else. */
    double share(String id) {
        return shares.getOrDefault(id, 0.0);
    }

    BalancerExplanation explain(String service, long epoch, Collection<Entry> entries) {
        List<EndpointStanding> all = new ArrayList<>();
        for (Entry entry : entries) {
            Endpoint endpoint = entry.target.endpoint();
            all.add(new EndpointStanding(
                    endpoint,
                    share(endpoint.id()),
                    reasons(entry),
                    entry.stats.inFlight(),
                    (long) entry.stats.latencyNanos(CoarseTime.ticks(now), decay),
                    entry.stats.successes(),
                    entry.stats.failures(),
                    entry.stats.failuresInARow()));
        }
        return new BalancerExplanation(service, settings.algorithm().toString(), epoch, plan.panic(), all);
    }

    private List<Because> reasons(Entry entry) {
        List<Because> reasons = new ArrayList<>();
        String id = entry.target.endpoint().id();
        if (entry.isDraining()) {
            reasons.add(new Because(
                    Reason.DRAINING,
                    entry.keepsSessions(now) ? "its sessions may still stay" : "its sessions have to go"));
        }
        if (entry.health() == Health.DOWN) {
            reasons.add(new Because(Reason.DOWN, "its health is DOWN"));
        }
        Verdict.Ejected out = entry.ejected;
        if (out != null) {
            reasons.add(new Because(
                    Reason.EJECTED,
                    out.detail() + "; for another " + seconds(out.untilNanos() - now)
                            + (out.times() > 1 ? ", the " + out.times() + ". time" : "")));
        }
        Plan.Member member = members.get(id);
        if (member != null && member.inPanic()) {
            reasons.add(new Because(
                    Reason.PANIC, "less than " + settings.panicPercent() + " % of the weight is available"));
        }
        if (reasons.isEmpty()) {
            reasons.addAll(whileAvailable(entry, id));
        }
        Verdict.Spared spared = entry.spared;
        if (spared != null) {
            reasons.add(new Because(Reason.SPARED, spared.detail() + ", but then too few would be left"));
        }
        int inFlight = entry.stats.inFlight();
        if (inFlight >= settings.mostInFlight()) {
            reasons.add(new Because(Reason.FULL, inFlight + " requests in flight"));
        }
        return reasons;
    }

    private List<Because> whileAvailable(Entry entry, String id) {
        List<Because> reasons = new ArrayList<>();
        if (entry.health() == Health.DEGRADED) {
            reasons.add(new Because(Reason.DEGRADED, settings.degradedPercent() + " % of its weight"));
        }
        if (entry.isStarting()) {
            reasons.add(new Because(
                    Reason.STARTING,
                    entry.started(now, slowStart) * 10 + " % of its weight, all within "
                            + settings.slowStart().toSeconds() + " s"));
        }
        Plan.Group group = groups.get(id);
        if (group != null && group.fraction() == 0) {
            boolean elsewhere = !settings.zone().isEmpty() && !group.zone().equals(settings.zone());
            reasons.add(
                    elsewhere && group.priority() == plan.groups().get(0).priority()
                            ? new Because(Reason.OTHER_ZONE, "zone " + settings.zone() + " takes all of its own")
                            : new Because(Reason.STANDBY, "its priority is " + group.priority()));
        }
        if (reasons.isEmpty()) {
            reasons.add(new Because(Reason.AVAILABLE, ""));
        }
        return reasons;
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", Math.max(0, nanos) / 1e9);
    }
}
