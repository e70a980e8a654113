package io.holdfast.benchmarks.process;

import io.holdfast.benchmarks.load.LoadResult;
import java.util.Map;

/**
 * What one cell gave.
 *
 * @param ownShare of all processors, by the system's JVMs, in percent
 * @param busyShare of all processors, by everything, in percent
 * @param counted by how much the master's counters rose in the measured time
 */
public record Cell(LoadResult load, double ownShare, double busyShare, Map<String, Double> counted) {}
