/** The JDK's own HTTP client, balanced, and the check of routing for its HTTP server. */
@NullMarked
package io.holdfast.integrations.loadbalance.http;

import org.jspecify.annotations.NullMarked;
