/** What scaling would have done: a trace of load, recorded or made up, runs through a configuration and a model of a service. */
@NullMarked
package io.holdfast.autoscale.replay;

import org.jspecify.annotations.NullMarked;
