/** Scaling on a running node: what it tells of itself, what it does when asked, and, on the node that decides, what it has others do. */
package io.holdfast.autoscale.node;
