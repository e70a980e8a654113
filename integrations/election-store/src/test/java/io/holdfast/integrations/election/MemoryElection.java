package io.holdfast.integrations.election;

import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Elections on a {@link MemoryStore}. */
record MemoryElection(ElectionTiming timing, MemoryStore store, Way way) implements HaFeature {

    /** One node's way to the store. */
    static final class Way {
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
                long left = cut ? limit : Math.min(limit, delayNanos);
                while (left > 0) {
                    left = changed.awaitNanos(left);
                }
                if (cut || delayNanos > limit) {
                    throw new IOException("no answer");
                }
            } finally {
                lock.unlock();
            }
        }
    }

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
