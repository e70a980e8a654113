/** A peer as the harness sees it. */
@NullMarked
package io.holdfast.benchmarks.sofajraft;

import org.jspecify.annotations.NullMarked;
