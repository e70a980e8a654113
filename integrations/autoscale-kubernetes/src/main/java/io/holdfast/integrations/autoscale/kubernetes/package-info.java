/** Nodes started and stopped by the scale of a StatefulSet or a Deployment. */
package io.holdfast.integrations.autoscale.kubernetes;
