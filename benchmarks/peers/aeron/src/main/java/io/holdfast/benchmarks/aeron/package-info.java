/** A peer as the harness sees it. */
@NullMarked
package io.holdfast.benchmarks.aeron;

import org.jspecify.annotations.NullMarked;
