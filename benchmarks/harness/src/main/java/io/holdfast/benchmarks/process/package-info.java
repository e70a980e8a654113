/** Nodes in JVMs of their own: starting, asking, counting and ending them. */
@NullMarked
package io.holdfast.benchmarks.process;

import org.jspecify.annotations.NullMarked;
