package io.holdfast.autoscale.node;

import io.holdfast.autoscale.LoadSource;
import io.holdfast.core.runtime.Clock;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;

/** What this JVM says of itself. */
final class JvmLoad {
    private JvmLoad() {}

    /** Share of the processors it may use that it has used since it was asked last; not a number the first time. */
    static LoadSource cpu(Clock clock) {
        return new Cpu(clock);
    }

    private static final class Cpu implements LoadSource {
        private final Clock clock;
        private long usedNanos = -1;
        private long atNanos;

        Cpu(Clock clock) {
            this.clock = clock;
        }

        @Override
        public double sample() {
            long now = clock.nanoTime();
            long used = ProcessHandle.current()
                    .info()
                    .totalCpuDuration()
                    .map(Duration::toNanos)
                    .orElse(-1L);
            double share = Double.NaN;
            if (used >= 0 && usedNanos >= 0 && now > atNanos) {
                int processors = Runtime.getRuntime().availableProcessors();
                share = Math.max(0, (used - usedNanos) / (double) (now - atNanos) / processors);
            }
            usedNanos = used;
            atNanos = now;
            return share;
        }
    }

    /** Share of the largest heap that was in use after the last collection: what is garbage does not count. */
    static double heap() {
        long used = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage after = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            if (after != null) {
                used += after.getUsed();
            }
        }
        long most = Runtime.getRuntime().maxMemory();
        return most <= 0 ? Double.NaN : used / (double) most;
    }
}
