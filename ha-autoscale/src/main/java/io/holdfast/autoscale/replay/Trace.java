package io.holdfast.autoscale.replay;

import java.util.function.IntToDoubleFunction;

/**
 * A load over time, in seconds from its beginning.
 *
 * @param name for people
 * @param seconds how long it is
 * @param rate requests a second
 * @param told the share of nodes whose figures arrive, 0 to 1
 */
public record Trace(String name, int seconds, IntToDoubleFunction rate, IntToDoubleFunction told) {}
