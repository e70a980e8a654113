package io.holdfast.verification.swim;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.membership.swim.SwimConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One seed: a cluster of 3 to 12, a minute or so in which everything happens to it that can, then calm. In the calm all nodes must
 * come to see exactly those that run, the same of each, within a minute; and from then on nothing may change any more.
 */
public final class SwimStorm {
    private static final long CALM = 60 * SwimCluster.SECOND;

    private final long seed;
    private final SplittableRandom random;
    private final SwimCluster cluster;
    private final int n;
    private final double severity;
    private int moves;
    private int changesInCalm;
    private boolean calm;

    private SwimStorm(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L);
        this.n = 3 + random.nextInt(10);
        this.severity = random.nextDouble();
        this.cluster = new SwimCluster(SwimConfig.lan().build(), seed, random.nextInt(4) == 0);
        cluster.watch((observer, change) -> changesInCalm += calm ? 1 : 0);
    }

    /** Runs seeds: how many, and from which on. */
    public static void main(String[] args) {
        long count = Long.parseLong(args[0]);
        long from = args.length > 1 ? Long.parseLong(args[1]) : 1;
        for (long seed = from; seed < from + count; seed++) {
            run(seed);
        }
        System.out.println(count + " storms from seed " + from + " on: all came to agree");
    }

    /** @throws IllegalStateException with what is wrong */
    static void run(long seed) {
        new SwimStorm(seed).run();
    }

    private void run() {
        List<Address> seeds = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            SwimNode node = cluster.add("node-" + i);
            if (i < 1 + n / 4) {
                seeds.add(node.address());
            }
        }
        for (SwimNode node : cluster.nodes()) {
            node.boot(seeds);
            cluster.run(random.nextLong(SwimCluster.SECOND / 5));
        }
        long until = cluster.now() + (20 + random.nextInt(80)) * SwimCluster.SECOND;
        while (cluster.now() < until) {
            cluster.run(random.nextLong((long) (6 * SwimCluster.SECOND * (1.1 - severity))));
            trouble(cluster.node(random.nextInt(n)), seeds);
        }
        calm(seeds);
    }

    private void trouble(SwimNode node, List<Address> seeds) {
        switch (random.nextInt(12)) {
            case 0 -> node.kill();
            case 1 -> node.silence();
            case 2, 3 -> node.stall(random.nextLong(SwimCluster.SECOND * 8));
            case 4, 5 -> {
                if (!node.isRunning()) {
                    if (random.nextInt(4) == 0 && !seeds.contains(node.address())) {
                        node.move(new Address("10.3." + ++moves % 250 + ".1", 7400));
                    }
                    node.boot(seeds);
                }
            }
            case 6 -> cluster.partition(random.nextInt(n));
            case 7, 8 -> cluster.heal();
            case 9 -> cluster.loss = random.nextInt(3) == 0 ? random.nextDouble() * severity : 0;
            case 10 -> {
                byte[] metadata = new byte[random.nextInt(100)];
                node.input(c -> c.update(cluster.now(), node.address(), metadata));
            }
            default -> {
                if (random.nextInt(3) == 0) {
                    node.input(c -> c.leave(cluster.now()));
                } else {
                    node.input(c -> c.broadcast(cluster.now(), new byte[] {1}));
                }
            }
        }
    }

    private void calm(List<Address> seeds) {
        cluster.heal();
        cluster.loss = 0;
        for (SwimNode node : cluster.nodes()) {
            boolean stays = random.nextBoolean() || seeds.contains(node.address()); // else nobody finds anybody
            if (!node.isRunning() && stays) {
                node.boot(seeds);
            }
        }
        cluster.run(20 * SwimCluster.SECOND); // no stall lasts longer, and no stream
        cluster.nodes().stream().filter(node -> node.left).forEach(SwimNode::kill);
        if (!cluster.runUntil(cluster::agrees, CALM)) {
            throw new IllegalStateException("seed " + seed + ": no agreement after " + CALM / SwimCluster.SECOND
                    + " s of calm" + cluster.views());
        }
        calm = true;
        cluster.run(20 * SwimCluster.SECOND);
        if (!cluster.agrees() || changesInCalm > 0) {
            throw new IllegalStateException(
                    "seed " + seed + ": " + changesInCalm + " changes though nothing happened" + cluster.views());
        }
        for (SwimNode node : cluster.nodes()) {
            for (SwimNode other : cluster.nodes()) {
                boolean seen = node == other || !node.isRunning() || node.stateOf(other.id()) == MemberState.ALIVE;
                if (node.isRunning() && other.isRunning() != seen) {
                    throw new IllegalStateException(
                            "seed " + seed + ": " + node.id() + " of " + other.id() + cluster.views());
                }
            }
        }
    }
}
