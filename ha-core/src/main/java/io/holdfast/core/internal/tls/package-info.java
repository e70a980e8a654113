/**
 * Certificates: reading PEM files, judging what they hold, whom a certificate names, and reading them again when they
 * change. Knows nothing of connections.
 */
package io.holdfast.core.internal.tls;
