/** A peer as the benchmark of picks sees it. */
@NullMarked
package io.holdfast.benchmarks.dubbo;

import org.jspecify.annotations.NullMarked;
