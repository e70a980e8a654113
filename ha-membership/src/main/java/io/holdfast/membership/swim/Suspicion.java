package io.holdfast.membership.swim;

import java.util.ArrayList;
import java.util.List;

/**
 * How long a suspect has (Lifeguard, section 4, "LHA-Suspicion"): long while one node alone suspects it, since it may be that
 * node that is slow, and shorter with the logarithm of how many others found the same. A refused connection is no matter of
 * slowness, so it takes the short time of evidence; several such refusals do not shorten it further.
 */
final class Suspicion {
    private final List<String> by = new ArrayList<>();
    private final long min;
    private final long max;
    private final int wanted;
    private long start;
    private boolean refused;
    private long refusedDeadline = Long.MAX_VALUE;
    /** Put off at least to there. */
    private long notBefore = Peer.LONG_AGO;

    /** @param wanted how many confirmations bring the time down to {@code min} */
    Suspicion(long now, long min, long max, int wanted) {
        this.start = now;
        this.min = min;
        this.max = max;
        this.wanted = wanted;
    }

    /** Adds whoever found it out; true if that is news. */
    boolean add(List<String> others) {
        boolean news = false;
        for (String other : others) {
            if (by.size() <= Math.max(wanted, 0) && by.size() < SwimMessage.Suspect.MAX_BY && !by.contains(other)) {
                by.add(other);
                news = true;
            }
        }
        return news;
    }

    /** There is evidence; true if that is news. */
    boolean refuse(long now, long evidenceTimeout) {
        if (refused) {
            return false;
        }
        refused = true;
        refusedDeadline = now + evidenceTimeout;
        return true;
    }

    boolean isRefused() {
        return refused;
    }

    /** Who found it out, the first one first. */
    List<String> by() {
        return List.copyOf(by);
    }

    boolean isBy(String id) {
        return by.contains(id);
    }

    /**
     * Ours: a node that doubts itself takes its time with its own verdicts, too; those of others reach it anyway.
     *
     * @param doubt 1 if this node is healthy; its verdict takes so many times as long
     */
    long deadline(int doubt) {
        return Math.max(notBefore, Math.min(refusedDeadline, start + time() * doubt));
    }

    private long time() {
        int confirmed = Math.min(by.size() - 1, wanted);
        if (wanted < 1 || confirmed >= wanted) {
            return min;
        }
        double share = Math.log(confirmed + 1.0) / Math.log(wanted + 1.0);
        return Math.max(min, (long) (max - (max - min) * share));
    }

    /** It answered this node after all: its refutation is on its way, and has all the time. */
    void reprieve(long now) {
        notBefore = Math.max(notBefore, now + max);
    }

    /** This node stood still for {@code late}, and what it should have heard meanwhile is read only now. */
    void putOff(long late, long until) {
        start += late;
        if (refused) {
            refusedDeadline += late;
        }
        notBefore = Math.max(notBefore == Peer.LONG_AGO ? notBefore : notBefore + late, until);
    }
}
