/**
 * From the number of nodes that is wanted to those that are there: a deterministic core, told what is seen, that says what to do next,
 * and never does two things at once that must not be.
 */
package io.holdfast.autoscale.fleet;
