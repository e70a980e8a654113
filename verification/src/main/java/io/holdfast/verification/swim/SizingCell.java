package io.holdfast.verification.swim;

import io.holdfast.membership.swim.MemberChange.Kind;
import io.holdfast.membership.swim.SwimConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One row: so many nodes, so much loss, a profile on a network that it is for. */
final class SizingCell {
    private static final long PATIENCE = 300 * SwimCluster.SECOND;

    private final int n;
    private final Network network;
    private final double loss;
    private final SwimCluster cluster;
    private final FalseAlarms alarms;

    private Kind awaited = Kind.DIED;
    private String subject = "";
    private int observers;
    private long first;
    private long last;

    /**
     * A profile, and what it is for.
     *
     * @param leastDelay of a datagram, one way, in nanoseconds
     * @param mostDelay the same
     * @param calm how many times as long as in the LAN profile it takes until all is quiet again
     */
    record Network(String profile, SwimConfig config, long leastDelay, long mostDelay, int calm) {
        static final Network LAN =
                new Network("LAN", SwimConfig.lan().build(), SwimCluster.MILLI / 10, SwimCluster.MILLI, 1);
        static final Network WAN = new Network(
                "WAN, 20 to 250 ms", SwimConfig.wan().build(), 20 * SwimCluster.MILLI, 250 * SwimCluster.MILLI, 10);
        static final Network LOCAL = new Network(
                "local, 0.02 to 0.2 ms", SwimConfig.local().build(), SwimCluster.MILLI / 50, SwimCluster.MILLI / 5, 1);
    }

    SizingCell(Network network, int n, double loss) {
        this.network = network;
        this.n = n;
        this.loss = loss;
        cluster = new SwimCluster(network.config(), 1000 + n, false);
        cluster.delays(network.leastDelay(), network.mostDelay());
        alarms = new FalseAlarms(cluster);
        cluster.watch((observer, change) -> {
            if (change.kind() == awaited && change.member().id().equals(subject)) {
                observers++;
                first = observers == 1 ? cluster.now() : first;
                last = cluster.now();
            }
        });
    }

    String measure(int rounds, long idle) {
        cluster.startTogether(n);
        cluster.loss = loss;
        cluster.run(5 * SwimCluster.SECOND * network.calm());
        long bytes = bytes();
        cluster.run(idle);
        double perSecond = (bytes() - bytes) * 1e9 / idle / n;
        double nodeHours = idle / 3.6e12 * n;
        double suspicions = alarms.suspicions() / nodeHours;
        double deaths = alarms.deaths() / nodeHours;
        List<List<Long>> figures = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            figures.add(new ArrayList<>());
        }
        for (int i = 0; i < rounds; i++) {
            SwimNode victim = cluster.node(cluster.random.nextInt(n));
            note(Kind.DIED, victim, victim::silence, figures.get(0), figures.get(1));
            comeBack(victim);
            victim = cluster.node(cluster.random.nextInt(n));
            note(Kind.DIED, victim, victim::kill, figures.get(2), figures.get(3));
            comeBack(victim);
            SwimNode teller = cluster.node(cluster.random.nextInt(n));
            byte[] metadata = {(byte) i, (byte) (i >> 8), 1};
            Runnable tell = () -> teller.input(c -> c.update(cluster.now(), teller.address(), metadata));
            note(Kind.UPDATED, teller, tell, new ArrayList<>(), figures.get(4));
            cluster.run(2 * SwimCluster.SECOND * network.calm());
        }
        return String.format(
                Locale.ROOT,
                "| %,d | %s | %s / %s | %s / %s | %s | %,.0f | %.3f | %.4f |",
                n,
                Sizing.percent(loss),
                Sizing.medianAndWorst(figures.get(0)),
                Sizing.medianAndWorst(figures.get(1)),
                Sizing.medianAndWorst(figures.get(2)),
                Sizing.medianAndWorst(figures.get(3)),
                Sizing.medianAndWorst(figures.get(4)),
                perSecond,
                suspicions,
                deaths);
    }

    private long bytes() {
        return cluster.nodes().stream().mapToLong(node -> node.bytesSent).sum();
    }

    private void note(Kind kind, SwimNode node, Runnable action, List<Long> firsts, List<Long> lasts) {
        awaited = kind;
        subject = node.id();
        observers = 0;
        long from = cluster.now();
        action.run();
        if (!cluster.runUntil(() -> observers >= n - 1, PATIENCE)) {
            throw new IllegalStateException(
                    observers + " of " + (n - 1) + " saw " + kind + " of " + node.id() + cluster.views());
        }
        firsts.add(first - from);
        lasts.add(last - from);
        subject = "";
    }

    private void comeBack(SwimNode node) {
        SwimNode seed = cluster.node(node == cluster.node(0) ? 1 : 0);
        Runnable boot = () -> node.boot(List.of(seed.address()));
        note(Kind.CAME_BACK, node, boot, new ArrayList<>(), new ArrayList<>());
        cluster.runUntil(() -> node.core().liveMembers() == n, PATIENCE);
        cluster.run(2 * SwimCluster.SECOND * network.calm());
    }
}
