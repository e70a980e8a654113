/** A peer as the harness sees it. */
@NullMarked
package io.holdfast.benchmarks.scalecube;

import org.jspecify.annotations.NullMarked;
