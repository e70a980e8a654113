/** Channels of gRPC, balanced, and the check of routing for its servers. */
@NullMarked
package io.holdfast.integrations.loadbalance.grpc;

import org.jspecify.annotations.NullMarked;
