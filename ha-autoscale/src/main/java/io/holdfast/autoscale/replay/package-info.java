/** What scaling would have done: a trace of load, recorded or made up, runs through a configuration and a model of a service. */
package io.holdfast.autoscale.replay;
