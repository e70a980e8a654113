/** A {@code DataSource} over several PostgreSQL servers: writes go to the master, reads to fresh standbys. */
@NullMarked
package io.holdfast.integrations.loadbalance.jdbc;

import org.jspecify.annotations.NullMarked;
