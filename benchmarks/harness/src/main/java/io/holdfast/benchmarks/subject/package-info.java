/** What a system shows of itself to be measured. */
@NullMarked
package io.holdfast.benchmarks.subject;

import org.jspecify.annotations.NullMarked;
