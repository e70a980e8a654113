/** Times picks. */
@NullMarked
package io.holdfast.benchmarks.picks;

import org.jspecify.annotations.NullMarked;
