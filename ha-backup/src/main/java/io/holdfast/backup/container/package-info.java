/** The container: one stream that says itself what it is, whose key it needs, and whether it is whole. */
package io.holdfast.backup.container;
