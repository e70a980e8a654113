/**
 * Links between nodes over the transport's connections: the handshake in which both ends say who they are, dialling and
 * dialling again, and one flush a turn of the loop. Everything here runs on the node's loop.
 */
package io.holdfast.core.internal.link;
