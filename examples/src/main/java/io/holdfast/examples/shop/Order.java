package io.holdfast.examples.shop;

/**
 * What somebody wants; in the log as JSON.
 *
 * @param item what
 * @param amount how many
 */
record Order(String item, int amount) {}
