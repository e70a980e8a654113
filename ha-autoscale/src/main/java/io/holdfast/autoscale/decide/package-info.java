/** What becomes of the policies' wishes: a pure function of the load's history and what was decided before. */
package io.holdfast.autoscale.decide;
