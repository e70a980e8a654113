package io.holdfast.loadbalance.outlier;

import io.holdfast.loadbalance.OutlierSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides who is out. Deterministic: time is an argument. How many may be out is counted with the one that would go, among those
 * that are there now; so no setting leaves fewer than {@link OutlierSettings#leastLeft()} of those that are available.
 *
 * <p>An endpoint that was let in again is on probation until its first success: one failure then suffices. So is one that failed too few
 * times to go, and was not asked again for as long as it would have been out: algorithms that avoid who failed would let it wait for a
 * minute, and so for longer than if it had failed more.
 */
public final class Outliers {
    private static final int MOST_DOUBLINGS = 30;

    private final OutlierSettings settings;
    private final Map<String, Standing> standings = new TreeMap<>();
    private long lastStep;
    private boolean stepped;

    /** What is remembered of an endpoint. */
    private static final class Standing {
        private boolean out;
        private boolean probation;
        private long until;
        private long successesBefore;
        private int times;
        private long lastLength;
        private long quietSince;
    }

    private record Suspect(Observation of, Finding finding) {}

    /** With these settings. */
    public Outliers(OutlierSettings settings) {
        this.settings = settings;
    }

    /** Whether it is out. */
    public boolean isOut(String id) {
        Standing standing = standings.get(id);
        return standing != null && standing.out;
    }

    /** Whether it was let in again and has not yet succeeded. */
    public boolean isOnProbation(String id) {
        Standing standing = standings.get(id);
        return standing != null && standing.probation;
    }

    /**
     * Goes on in time.
     *
     * @param all everybody; who is not among them is forgotten
     * @param windowIsOver whether the windows of {@code all} are whole
     */
    public List<Verdict> step(long now, List<Observation> all, boolean windowIsOver) {
        if (settings.mostPercent() == 0) {
            return List.of();
        }
        boolean late = stepped && now - lastStep > settings.window().toNanos();
        lastStep = now;
        stepped = true;
        Set<String> there = new HashSet<>();
        all.forEach(each -> there.add(each.id()));
        standings.keySet().retainAll(there);
        List<Verdict> verdicts = new ArrayList<>();
        Set<String> letIn = new HashSet<>();
        for (Observation each : all) {
            if (letIn(now, each)) {
                letIn.add(each.id());
                verdicts.add(new Verdict.Readmitted(each.id()));
            } else if (forgiven(each)) {
                letIn.add(each.id());
                verdicts.add(new Verdict.Forgiven(each.id()));
            }
        }
        List<Suspect> suspects = new ArrayList<>();
        Comparison comparison = new Comparison(settings, all);
        for (Observation each : all) {
            Standing standing = standing(each);
            if (standing.probation && each.successes() > standing.successesBefore) {
                standing.probation = false;
            }
            // What is seen of one that has just been let in is from before.
            if (!standing.out && each.available() && !letIn.contains(each.id())) {
                // A caller that stood still for so long has only itself to blame for answers it has not read.
                Finding finding = comparison.find(each, standing.probation, windowIsOver, !late);
                if (finding != null) {
                    suspects.add(new Suspect(each, finding));
                }
            }
        }
        suspects.sort(Comparator.comparing((Suspect s) -> s.of().failuresInARow())
                .reversed()
                .thenComparing(s -> s.of().id()));
        for (Suspect suspect : suspects) {
            verdicts.add(judge(now, suspect, all));
        }
        return verdicts;
    }

    private boolean letIn(long now, Observation each) {
        Standing standing = standing(each);
        if (standing.out && now - standing.until >= 0) {
            standing.out = false;
            standing.probation = true;
            standing.successesBefore = each.successes();
            standing.quietSince = now;
            return true;
        }
        if (!standing.out && standing.times > 0 && now - standing.quietSince > 2 * standing.lastLength) {
            standing.times--; // as slowly forgiven as it came
            standing.lastLength /= 2;
            standing.quietSince = now;
        }
        return false;
    }

    private boolean forgiven(Observation each) {
        Standing standing = standing(each);
        boolean waits = !standing.out && each.available() && each.failuresInARow() > 0;
        if (!waits || each.unaskedNanos() < settings.ejection().toNanos()) {
            return false;
        }
        standing.probation = true;
        standing.successesBefore = each.successes();
        return true;
    }

    private Verdict judge(long now, Suspect suspect, List<Observation> all) {
        String id = suspect.of().id();
        Finding finding = suspect.finding();
        if (!mayGo(id, all)) {
            return new Verdict.Spared(id, finding.cause(), finding.detail());
        }
        Standing standing = standing(suspect.of());
        standing.times++;
        long length = settings.ejection().toNanos();
        long most = settings.longestEjection().toNanos();
        for (int i = 1; i < Math.min(standing.times, MOST_DOUBLINGS) && length < most; i++) {
            length *= 2;
        }
        standing.lastLength = Math.min(length, most);
        standing.out = true;
        standing.probation = false;
        standing.until = now + standing.lastLength;
        return new Verdict.Ejected(id, finding.cause(), finding.detail(), standing.until, standing.times);
    }

    /** With that one out, would there be no more out than may be, and enough left? */
    private boolean mayGo(String id, List<Observation> all) {
        int out = 1;
        int left = 0;
        for (Observation each : all) {
            if (each.id().equals(id)) {
                continue;
            }
            if (isOut(each.id())) {
                out++;
            } else if (each.available()) {
                left++;
            }
        }
        return out * 100L <= (long) settings.mostPercent() * all.size() && left >= settings.leastLeft();
    }

    private Standing standing(Observation of) {
        return standings.computeIfAbsent(of.id(), id -> new Standing());
    }
}
