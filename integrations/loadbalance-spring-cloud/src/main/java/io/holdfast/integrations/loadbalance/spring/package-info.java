/** Spring Cloud LoadBalancer over Holdfast's balancers, and the check of routing for servlets. */
@NullMarked
package io.holdfast.integrations.loadbalance.spring;

import org.jspecify.annotations.NullMarked;
