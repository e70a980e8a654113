/** The way back: which backup, which parts of the log, from which repository, under which epoch. */
package io.holdfast.backup.restore;
