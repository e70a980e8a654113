package io.holdfast.autoscale.node;

import io.holdfast.autoscale.LoadSource;
import io.holdfast.core.runtime.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * A meter of the node's registry as a figure: the sum of its gauges, or how often its counters and timers counted in a second. Not
 * thread-safe.
 */
final class MeterLoad implements LoadSource {
    private final MeterRegistry registry;
    private final String name;
    private final Clock clock;
    private double counted = Double.NaN;
    private long atNanos;

    MeterLoad(MeterRegistry registry, String name, Clock clock) {
        this.registry = registry;
        this.name = name;
        this.clock = clock;
    }

    @Override
    public double sample() {
        double gauges = 0;
        double count = 0;
        boolean isGauge = false;
        boolean isCount = false;
        for (Meter meter : registry.find(name).meters()) {
            if (meter instanceof Gauge gauge) {
                gauges += gauge.value();
                isGauge = true;
            } else if (meter instanceof Counter counter) {
                count += counter.count();
                isCount = true;
            } else if (meter instanceof FunctionCounter counter) {
                count += counter.count();
                isCount = true;
            } else if (meter instanceof Timer timer) {
                count += timer.count();
                isCount = true;
            }
        }
        return isGauge ? gauges : isCount ? rate(count) : Double.NaN;
    }

    private double rate(double count) {
        long now = clock.nanoTime();
        double rate = count >= counted && now > atNanos ? (count - counted) * 1e9 / (now - atNanos) : Double.NaN;
        counted = count;
        atNanos = now;
        return rate;
    }
}
