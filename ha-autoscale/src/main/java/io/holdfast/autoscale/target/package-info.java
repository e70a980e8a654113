/** What starts and stops nodes: processes of this host, and commands. */
package io.holdfast.autoscale.target;
