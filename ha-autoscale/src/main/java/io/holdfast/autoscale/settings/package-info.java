/** What can be set of scaling, and making it of that. */
@NullMarked
package io.holdfast.autoscale.settings;

import org.jspecify.annotations.NullMarked;
