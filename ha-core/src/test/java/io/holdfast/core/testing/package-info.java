/** Runtimes for tests of this module: a whole network in memory on one thread, and one with threads and no network. */
@NullMarked
package io.holdfast.core.testing;

import org.jspecify.annotations.NullMarked;
