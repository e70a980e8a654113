/** Figures as flat rows, and what is drawn from them. */
@NullMarked
package io.holdfast.benchmarks.results;

import org.jspecify.annotations.NullMarked;
