package io.holdfast.autoscale.replay;

/** Adds up a run, second by second. */
final class Scoring {
    private double under;
    private double over;
    private int underTime;
    private int overTime;
    private int unstable;
    private int late;
    private double nodeSeconds;
    private int seconds;
    private int actions;
    private int demandBefore = -1;
    private int supplyBefore = -1;

    void add(ServiceModel.Second second, int demand, boolean isLate) {
        seconds++;
        int supply = second.serving();
        int lacking = Math.max(0, demand - supply);
        int spare = Math.max(0, supply - demand);
        under += lacking / (double) Math.max(1, demand);
        over += spare / (double) Math.max(1, demand);
        underTime += lacking > 0 ? 1 : 0;
        overTime += spare > 0 ? 1 : 0;
        late += isLate ? 1 : 0;
        nodeSeconds += second.wanted();
        if (demandBefore >= 0 && Integer.signum(supply - supplyBefore) != Integer.signum(demand - demandBefore)) {
            unstable++;
        }
        demandBefore = demand;
        supplyBefore = supply;
    }

    void changed() {
        actions++;
    }

    Scores scores() {
        double percent = 100.0 / Math.max(1, seconds);
        return new Scores(
                under * percent,
                over * percent,
                underTime * percent,
                overTime * percent,
                unstable * percent,
                late * percent,
                late,
                nodeSeconds / 3600,
                actions);
    }
}
