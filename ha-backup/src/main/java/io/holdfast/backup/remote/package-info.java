/** A directory of one node as a repository of the others. */
package io.holdfast.backup.remote;
