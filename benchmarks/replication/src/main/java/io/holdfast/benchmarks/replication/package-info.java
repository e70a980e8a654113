/** The benchmarks of the replicated log, and what is made of their figures. */
@NullMarked
package io.holdfast.benchmarks.replication;

import org.jspecify.annotations.NullMarked;
