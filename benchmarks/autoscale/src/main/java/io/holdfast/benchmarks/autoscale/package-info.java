/** Automatic scaling measured on a simulated service, beside formulas that others published. */
@NullMarked
package io.holdfast.benchmarks.autoscale;

import org.jspecify.annotations.NullMarked;
