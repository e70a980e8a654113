package io.holdfast.core;

/**
 * Where probes are served over HTTP.
 *
 * @param bind where to listen
 * @param detailed false to say yes and no alone
 */
record HttpPlan(Address bind, boolean detailed) {}
