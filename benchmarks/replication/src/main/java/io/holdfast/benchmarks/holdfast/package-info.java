/** Holdfast as the harness sees it. */
@NullMarked
package io.holdfast.benchmarks.holdfast;

import org.jspecify.annotations.NullMarked;
