package io.holdfast.verification.scaling;

import io.holdfast.autoscale.fleet.Sighting;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Member;
import io.holdfast.core.MemberState;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Clients that send requests, each to a node that is there, serves and does not drain as the client saw it by gossip up to half a second
 * ago. A request takes less time than a node drains at the most. A node that has drained for as long as everybody is given to hear of it
 * takes no more: who asks it nevertheless is refused, and asks another.
 */
final class Requests {
    private static final double SLOWEST_CLOCK = 0.85;
    private static final int LOOK_MILLIS = 250;

    private final Simulation simulation;
    private final ScalingOptions options;
    private final Map<String, ScaledNode> nodes;
    private final ScalingViolations violations;
    private final Map<String, Integer> inFlight = new TreeMap<>();
    private int answered;
    private int refused;
    private boolean stopped;

    Requests(
            Simulation simulation,
            ScalingOptions options,
            Map<String, ScaledNode> nodes,
            ScalingViolations violations) {
        this.simulation = simulation;
        this.options = options;
        this.nodes = nodes;
        this.violations = violations;
    }

    /** Adds one who sends requests, and knows of the nodes what that client does. */
    void add(HaCluster client, String name) {
        new Sender(client, simulation.random("requests " + name)).begin();
    }

    void stop() {
        stopped = true;
    }

    int answered() {
        return answered;
    }

    int refused() {
        return refused;
    }

    int inFlight(String node) {
        return inFlight.getOrDefault(node, 0);
    }

    /**
     * A process is not there any more.
     *
     * @param excuse why what it had in flight may be lost; empty if it may not
     */
    void ended(ScaledNode node, String excuse) {
        int lost = inFlight(node.id());
        inFlight.remove(node.id());
        long drainedNanos = node.drainsSinceNanos < 0 ? 0 : simulation.nowNanos() - node.drainsSinceNanos;
        boolean patient = drainedNanos >= SLOWEST_CLOCK * options.drainWithin().toNanos();
        if (lost > 0 && excuse.isEmpty() && !patient) {
            violations.add(node.id() + " was taken away with " + lost + " requests, after it had drained for "
                    + drainedNanos / 1_000_000 + " ms");
        }
    }

    private final class Sender {
        private final HaCluster client;
        private final SplittableRandom random;
        private final int gapMillis;
        private List<String> seen = List.of();
        private List<String> seenBefore = List.of();

        Sender(HaCluster client, SplittableRandom random) {
            this.client = client;
            this.random = random;
            this.gapMillis = 40 + random.nextInt(200);
        }

        void begin() {
            look();
            send();
        }

        private void look() {
            seenBefore = seen;
            List<String> now = new ArrayList<>();
            for (Member member : client.members().all()) {
                boolean serves = member.facts().load().getOrDefault(Sighting.SERVING, -1.0) >= 0;
                if (member.state() == MemberState.ALIVE
                        && serves
                        && !member.facts().draining()) {
                    now.add(member.id());
                }
            }
            seen = now;
            if (!stopped) {
                simulation.at(Duration.ofMillis(LOOK_MILLIS), this::look);
            }
        }

        private void send() {
            if (stopped) {
                return;
            }
            simulation.at(Duration.ofMillis(1 + random.nextInt(2 * gapMillis)), this::send);
            List<String> known = random.nextBoolean() ? seen : seenBefore;
            if (known.isEmpty()) {
                return;
            }
            ScaledNode node = nodes.get(known.get(random.nextInt(known.size())));
            if (node == null || !node.runs() || hasDrained(node)) {
                refused++;
                return;
            }
            int life = node.life;
            inFlight.merge(node.id(), 1, Integer::sum);
            long length = random.nextInt(4) > 0
                    ? 1_000_000 + random.nextLong(300_000_000)
                    : random.nextLong(options.requestNanos());
            simulation.at(Duration.ofNanos(length), () -> {
                if (node.life == life && inFlight(node.id()) > 0) {
                    inFlight.merge(node.id(), -1, Integer::sum);
                    answered++;
                }
            });
        }

        private boolean hasDrained(ScaledNode node) {
            return node.drainsSinceNanos >= 0
                    && simulation.nowNanos() - node.drainsSinceNanos
                            >= SLOWEST_CLOCK * options.drainAtLeast().toNanos();
        }
    }
}
