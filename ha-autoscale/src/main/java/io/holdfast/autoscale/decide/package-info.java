/** What becomes of the policies' wishes: a pure function of the load's history and what was decided before. */
@NullMarked
package io.holdfast.autoscale.decide;

import org.jspecify.annotations.NullMarked;
