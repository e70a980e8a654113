/** Where a node that knows nobody finds others: lists, names, SRV records, files, the user's code. */
package io.holdfast.core.discovery;
