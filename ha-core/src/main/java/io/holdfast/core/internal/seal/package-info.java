/**
 * Seals for messages between nodes, and the node's port for datagrams, which sends and takes nothing that is not sealed. All
 * but the making of it runs on the node's loop.
 */
package io.holdfast.core.internal.seal;
