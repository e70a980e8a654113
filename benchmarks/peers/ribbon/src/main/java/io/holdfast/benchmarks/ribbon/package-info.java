/** A peer as the benchmark of picks sees it. */
@NullMarked
package io.holdfast.benchmarks.ribbon;

import org.jspecify.annotations.NullMarked;
