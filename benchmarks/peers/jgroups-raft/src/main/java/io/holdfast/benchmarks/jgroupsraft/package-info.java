/** A peer as the harness sees it. */
@NullMarked
package io.holdfast.benchmarks.jgroupsraft;

import org.jspecify.annotations.NullMarked;
