/** What is backed up beside the replicated state: what a command writes, a directory, the tables of a database. */
package io.holdfast.backup.source;
