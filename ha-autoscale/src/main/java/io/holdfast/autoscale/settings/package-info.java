/** What can be set of scaling, and making it of that. */
package io.holdfast.autoscale.settings;
