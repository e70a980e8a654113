/**
 * As many nodes as the load needs: policies turn the load into a wish, limits make it a decision, and a target carries it out. {@link
 * io.holdfast.autoscale.Autoscaling} is where to begin.
 */
package io.holdfast.autoscale;
