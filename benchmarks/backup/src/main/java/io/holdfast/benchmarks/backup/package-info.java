/** Backups beside what others make of the same data. */
@NullMarked
package io.holdfast.benchmarks.backup;

import org.jspecify.annotations.NullMarked;
