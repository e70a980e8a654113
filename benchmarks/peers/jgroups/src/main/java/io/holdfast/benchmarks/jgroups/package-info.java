/** A peer as the harness sees it. */
@NullMarked
package io.holdfast.benchmarks.jgroups;

import org.jspecify.annotations.NullMarked;
