package io.holdfast.integrations.election;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.integrations.election.contract.ElectionEngineContract;
import io.holdfast.integrations.election.contract.ElectionFixture;
import io.holdfast.integrations.election.contract.Pauses;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The contract, with a store in memory: what only the engine can break. */
@Execution(ExecutionMode.CONCURRENT)
class MemoryElectionTest extends ElectionEngineContract {

    @Override
    protected ElectionFixture newFixture() {
        return new Fixture();
    }

    private static final class Fixture implements ElectionFixture {
        private final MemoryStore store = new MemoryStore();
        private final Map<String, MemoryElection.Way> ways = new ConcurrentHashMap<>();
        private final Pauses pauses = new Pauses();

        private MemoryElection.Way way(String node) {
            return ways.computeIfAbsent(node, id -> new MemoryElection.Way());
        }

        @Override
        public Set<Power> powers() {
            return EnumSet.complementOf(EnumSet.of(Power.SESSION)); // it keeps nothing of its nodes
        }

        @Override
        public HaCluster.Builder node(String id) {
            ElectionTiming timing = ElectionTiming.standard()
                    .withLease(lease())
                    .withClockDrift(clockDrift())
                    .withPoll(Duration.ofMillis(100))
                    .withCalm(calm());
            return HaCluster.builder("contract")
                    .node(Node.of(id).bind("127.0.0.1:0").advertise("127.0.0.1:0"))
                    .with(new MemoryElection(timing, store, way(id)))
                    .runtime(pauses.runtime(id));
        }

        @Override
        public Duration lease() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration clockDrift() {
            return Duration.ofMillis(100);
        }

        @Override
        public void stopEngine() {
            store.away(true);
        }

        @Override
        public void startEngine() {
            store.away(false);
        }

        @Override
        public void cut(String node) {
            way(node).set(true, 0);
        }

        @Override
        public void heal(String node) {
            way(node).set(false, 0);
        }

        @Override
        public void delay(String node, Duration time) {
            way(node).set(false, time.toNanos());
        }

        @Override
        public void pause(String node) {
            pauses.pause(node);
        }

        @Override
        public void resume(String node) {
            pauses.resume(node);
        }

        @Override
        public void loseSession(String node) {
            throw new UnsupportedOperationException("there are none");
        }

        @Override
        public void close() {}
    }
}
