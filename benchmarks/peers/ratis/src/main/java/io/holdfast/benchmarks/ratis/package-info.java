/** A peer as the harness sees it. */
@NullMarked
package io.holdfast.benchmarks.ratis;

import org.jspecify.annotations.NullMarked;
