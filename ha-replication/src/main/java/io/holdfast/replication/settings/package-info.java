/** What can be set of replication, and making it of that. */
package io.holdfast.replication.settings;
