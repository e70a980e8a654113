/** Load balancing measured: what a pick costs, how good picks are, what they do to a service. */
@NullMarked
package io.holdfast.benchmarks.loadbalance;

import org.jspecify.annotations.NullMarked;
