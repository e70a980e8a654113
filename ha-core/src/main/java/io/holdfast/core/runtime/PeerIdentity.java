package io.holdfast.core.runtime;

import java.util.List;

/**
 * Who the far end of a connection is by its certificate, which the transport has verified.
 *
 * @param names whom the certificate stands for: its DNS names, or where it has none its common name; possibly none at all
 * @param forServers whether it may be shown by whoever is dialled, as nodes are: its extended key usage says so, or it has none
 *     (RFC 5280, 4.2.1.12)
 */
public record PeerIdentity(List<String> names, boolean forServers) {
    /** Copies the names. */
    public PeerIdentity {
        names = List.copyOf(names);
    }
}
