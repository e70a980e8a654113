/** Membership by gossip beside that of other libraries. */
@NullMarked
package io.holdfast.benchmarks.membership;

import org.jspecify.annotations.NullMarked;
