package io.holdfast.benchmarks.results;

/**
 * One figure. Every benchmark writes rows of this shape.
 *
 * @param system whose figure it is
 * @param settings how the system was set, such as "forced"
 * @param work what it did, such as "write 256 B, W=64"
 * @param metric what was measured, such as "rate"
 * @param unit of the value, such as "1/s"
 * @param repeat from 1
 */
public record Row(String system, String settings, String work, String metric, double value, String unit, int repeat) {}
