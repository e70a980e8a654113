/** Chosen entries of the replicated maps as lines of JSON: how they are chosen, written, read again and loaded. */
package io.holdfast.backup.logical;
