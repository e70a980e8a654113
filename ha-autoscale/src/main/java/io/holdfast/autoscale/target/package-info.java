/** What starts and stops nodes: processes of this host, and commands. */
@NullMarked
package io.holdfast.autoscale.target;

import org.jspecify.annotations.NullMarked;
