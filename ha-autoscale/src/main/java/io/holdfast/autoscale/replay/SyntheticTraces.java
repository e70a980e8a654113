package io.holdfast.autoscale.replay;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Traces that are made up, by name and seed: the same ones give the same trace on every machine. */
public final class SyntheticTraces {
    /** All there are. */
    public static final List<String> NAMES = List.of("diurnal", "flash-crowd", "sawtooth", "ramp", "noise", "missing");

    private static final int HOUR = 3600;
    private static final int DAY = 24 * HOUR;

    private SyntheticTraces() {}

    /**
     * One of them.
     *
     * @param name of {@link #NAMES}
     * @param perNode how many requests a second a node answers at most: the traces need from three nodes to a few dozen
     */
    public static Trace of(String name, long seed, double perNode) {
        Random random = new Random(seed * 31 + name.hashCode());
        double base = perNode * (3 + 2 * random.nextDouble());
        return switch (name) {
            case "diurnal" -> noisy(name, DAY, diurnal(base, DAY, random), 0.03, random);
            case "flash-crowd" -> noisy(name, 3 * HOUR, crowd(base, random), 0.03, random);
            case "sawtooth" -> noisy(name, 3 * HOUR, sawtooth(base, random), 0.03, random);
            case "ramp" -> noisy(name, 3 * HOUR, ramp(base, random), 0.03, random);
            case "noise" -> noisy(name, 3 * HOUR, t -> 2 * base, 0.15 + 0.1 * random.nextDouble(), random);
            case "missing" -> missing(noisy(name, 6 * HOUR, diurnal(base, 6 * HOUR, random), 0.03, random), random);
            default ->
                throw new IllegalArgumentException("there is no trace " + name + ", but " + String.join(", ", NAMES));
        };
    }

    private static DoubleUnaryOperator diurnal(double base, int period, Random random) {
        double phase = random.nextDouble();
        double swing = 0.5 + 0.25 * random.nextDouble();
        return t -> 2 * base * (1 + swing * StrictMath.sin(2 * Math.PI * (t / period + phase)));
    }

    /** From a quiet load, twice, to five to ten times as much within minutes, and slowly back. */
    private static DoubleUnaryOperator crowd(double base, Random random) {
        double[] at = {1800 + random.nextInt(600), 6000 + random.nextInt(600)};
        double[] times = {5 + 5 * random.nextDouble(), 5 + 5 * random.nextDouble()};
        double[] rise = {40 + 60 * random.nextDouble(), 40 + 60 * random.nextDouble()};
        double calm = base / 2;
        return t -> {
            double rate = calm;
            for (int i = 0; i < at.length; i++) {
                double peak = calm * (times[i] - 1);
                double full = at[i] + rise[i] * StrictMath.log(times[i] * 10);
                if (t >= full) {
                    rate += peak * StrictMath.exp(-(t - full) / 900);
                } else {
                    rate += peak * StrictMath.exp((t - full) / rise[i]);
                }
            }
            return rate;
        };
    }

    /** Slowly up and at once down, with a period near that of the usual stabilisation. */
    private static DoubleUnaryOperator sawtooth(double base, Random random) {
        double period = 400 + 400 * random.nextDouble();
        double times = 2 + random.nextDouble();
        return t -> base * (1 + (times - 1) * (t % period) / period);
    }

    private static DoubleUnaryOperator ramp(double base, Random random) {
        double top = base * (4 + 3 * random.nextDouble());
        double from = 1200;
        double up = 1200 + random.nextInt(1200);
        double stay = 1800;
        return t -> {
            if (t < from) {
                return base;
            }
            if (t < from + up) {
                return base + (top - base) * (t - from) / up;
            }
            if (t < from + up + stay) {
                return top;
            }
            return Math.max(base, top - (top - base) * (t - from - up - stay) / up);
        };
    }

    /** With noise that lasts for about half a minute at a time. */
    private static Trace noisy(String name, int seconds, DoubleUnaryOperator rate, double noise, Random random) {
        double[] values = new double[seconds];
        double drift = 0;
        double keeps = StrictMath.exp(-1 / 30.0);
        for (int t = 0; t < seconds; t++) {
            drift = keeps * drift + Math.sqrt(1 - keeps * keeps) * random.nextGaussian();
            values[t] = Math.max(0, rate.applyAsDouble(t) * (1 + noise * drift));
        }
        double[] told = new double[seconds];
        Arrays.fill(told, 1);
        return new Trace(name, values, told);
    }

    /** Some or all nodes say nothing for minutes at a time. */
    private static Trace missing(Trace trace, Random random) {
        double[] told = new double[trace.seconds()];
        Arrays.fill(told, 1);
        for (int t = 0; t < told.length; ) {
            t += 300 + random.nextInt(900);
            int until = Math.min(told.length, t + 60 + random.nextInt(540));
            double share = random.nextInt(3) == 0 ? 0 : 0.3 + 0.5 * random.nextDouble();
            for (; t < until; t++) {
                told[t] = share;
            }
        }
        double[] rates =
                IntStream.range(0, trace.seconds()).mapToDouble(trace::rate).toArray();
        return new Trace(trace.name(), rates, told);
    }
}
