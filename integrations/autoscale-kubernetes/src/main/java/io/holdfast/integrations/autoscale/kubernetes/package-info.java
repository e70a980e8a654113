/** Nodes started and stopped by the scale of a StatefulSet or a Deployment. */
@NullMarked
package io.holdfast.integrations.autoscale.kubernetes;

import org.jspecify.annotations.NullMarked;
