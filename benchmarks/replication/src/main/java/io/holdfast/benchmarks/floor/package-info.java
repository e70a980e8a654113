/** What the machine can do without any protocol, measured beside the systems. */
@NullMarked
package io.holdfast.benchmarks.floor;

import org.jspecify.annotations.NullMarked;
