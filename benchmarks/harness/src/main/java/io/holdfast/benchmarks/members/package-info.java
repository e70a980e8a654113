/** Drives any membership: nodes in one JVM, victims in JVMs of their own, what each sees and what it costs. */
@NullMarked
package io.holdfast.benchmarks.members;

import org.jspecify.annotations.NullMarked;
