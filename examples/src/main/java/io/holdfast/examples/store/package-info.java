/** A store outside the cluster that checks fencing tokens: the last line of defence against a master that slept too long. */
@NullMarked
package io.holdfast.examples.store;

import org.jspecify.annotations.NullMarked;
