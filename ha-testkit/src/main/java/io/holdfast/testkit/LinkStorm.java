package io.holdfast.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** The faults of a schedule that lie between nodes. Each gives back what ends it. */
final class LinkStorm {
    private static final Duration MIN_DELAY = Duration.ofNanos(50_000);

    private record Direction(String from, String to) {}

    private final Simulation simulation;
    private final SimulatedNetwork network;
    private final SplittableRandom random;
    private List<String> nodes = List.of();

    LinkStorm(Simulation simulation, SplittableRandom random) {
        this.simulation = simulation;
        this.network = simulation.network();
        this.random = random;
    }

    /** Begins a fault of a kind that concerns links, and returns how it ends. No effect on a single node. */
    Runnable begin(FaultKind kind) {
        nodes = simulation.nodes().stream().map(SimulatedNode::id).toList();
        if (nodes.size() < 2) {
            return () -> {};
        }
        double much = random.nextDouble();
        LinkQuality good = LinkQuality.good();
        return switch (kind) {
            case LOSS -> change(q -> q.withLoss(0.3 * much * much), q -> q.withLoss(0));
            case DELAY -> {
                Duration max = Duration.ofNanos(1_000_000 + (long) (300_000_000 * much * much));
                yield change(q -> q.withDelay(MIN_DELAY, max), q -> q.withDelay(good.minDelay(), good.maxDelay()));
            }
            case DUPLICATION -> change(q -> q.withDuplication(0.3 * much), q -> q.withDuplication(0));
            case REORDERING -> change(q -> q.withReordering(0.3 * much), q -> q.withReordering(0));
            case BANDWIDTH -> change(q -> q.withBandwidth(10_000 + (long) (2_000_000 * much)), q -> q.withBandwidth(0));
            case ONE_WAY_CUT -> cut(List.of(direction()));
            case PARTITION -> cut(partition());
            case REFUSAL -> {
                String node = node();
                network.refuseDials(node, true);
                yield () -> network.refuseDials(node, false);
            }
            case DATAGRAMS_BLOCKED -> block(some());
            default -> throw new IllegalStateException(kind + " is not a fault between nodes");
        };
    }

    private String node() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private Direction direction() {
        int from = random.nextInt(nodes.size());
        int to = (from + 1 + random.nextInt(nodes.size() - 1)) % nodes.size();
        return new Direction(nodes.get(from), nodes.get(to));
    }

    private List<Direction> between(Set<String> these, Set<String> those) {
        List<Direction> directions = new ArrayList<>();
        for (String from : these) {
            for (String to : those) {
                if (!from.equals(to)) {
                    directions.add(new Direction(from, to));
                    directions.add(new Direction(to, from));
                }
            }
        }
        return directions;
    }

    /** One direction, all of one node's, or all there are. */
    private List<Direction> some() {
        Set<String> all = new TreeSet<>(nodes);
        return switch (random.nextInt(3)) {
            case 0 -> List.of(direction());
            case 1 -> between(Set.of(node()), all);
            default -> between(all, all);
        };
    }

    private Runnable change(UnaryOperator<LinkQuality> begin, UnaryOperator<LinkQuality> end) {
        List<Direction> directions = some();
        set(directions, begin);
        return () -> set(directions, end);
    }

    private void set(List<Direction> directions, UnaryOperator<LinkQuality> change) {
        for (Direction each : directions) {
            network.setQuality(each.from(), each.to(), change.apply(network.quality(each.from(), each.to())));
        }
    }

    private List<Direction> partition() {
        Set<String> one = new TreeSet<>();
        Set<String> other = new TreeSet<>(nodes);
        String seed = node(); // on the one side, so that neither is empty
        one.add(seed);
        other.remove(seed);
        for (String node : nodes) {
            if (other.size() > 1 && random.nextInt(3) == 0) {
                one.add(node);
                other.remove(node);
            }
        }
        return between(one, other);
    }

    private Runnable block(List<Direction> directions) {
        directions.forEach(each -> network.blockDatagrams(each.from(), each.to()));
        return () -> directions.forEach(each -> network.allowDatagrams(each.from(), each.to()));
    }

    private Runnable cut(List<Direction> directions) {
        directions.forEach(each -> network.cut(each.from(), each.to()));
        return () -> directions.forEach(each -> network.mend(each.from(), each.to()));
    }
}
