package io.holdfast.integrations.election;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.integrations.election.contract.ElectionEngineContract;
import io.holdfast.integrations.election.contract.ElectionFixture;
import io.holdfast.integrations.election.contract.Pauses;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The contract, with a store in memory: what only the engine can break. */
class MemoryElectionTest extends ElectionEngineContract {

    @Override
    protected ElectionFixture newFixture() {
        return new Fixture();
    }

    /** One node's way to the store. */
    private static final class Way {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private boolean cut;
        private long delayNanos;

        void set(boolean isCut, long nanos) {
            lock.lock();
            try {
                cut = isCut;
                delayNanos = nanos;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void pass(long limitMillis) throws Exception {
            lock.lockInterruptibly();
            try {
                long limit = TimeUnit.MILLISECONDS.toNanos(limitMillis);
                long left = cut ? limit : delayNanos;
                while (left > 0) {
                    left = changed.awaitNanos(left);
                }
                if (cut) {
                    throw new IOException("no answer");
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private static final class Fixture implements ElectionFixture {
        private final MemoryStore store = new MemoryStore();
        private final Map<String, Way> ways = new ConcurrentHashMap<>();
        private final Pauses pauses = new Pauses();

        private Way way(String node) {
            return ways.computeIfAbsent(node, id -> new Way());
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
                    .with(new Feature(timing, store, way(id)))
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

    private record Feature(ElectionTiming timing, MemoryStore store, Way way) implements HaFeature {
        @Override
        public String name() {
            return "memory-election";
        }

        @Override
        public boolean isElectionEngine() {
            return true;
        }

        @Override
        public void validate(Settings settings) {
            timing.validate(name());
        }

        @Override
        public RunningFeature create(FeatureContext context) {
            return new StoreElection(
                    "memory", "here", "memory", context, timing, (cluster, millis, changed) -> new RecordStore() {
                        @Override
                        public List<StoredRecord> readAll() throws Exception {
                            List<StoredRecord> records = store.readAll();
                            way.pass(millis);
                            return records;
                        }

                        @Override
                        public boolean commit(List<Change> changes) throws Exception {
                            boolean done = store.commit(changes); // what is lost is the answer
                            way.pass(millis);
                            return done;
                        }

                        @Override
                        public void close() {}
                    });
        }
    }
}
