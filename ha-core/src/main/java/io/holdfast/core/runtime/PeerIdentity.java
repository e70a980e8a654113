package io.holdfast.core.runtime;

import java.util.List;

/**
 * Who the far end of a connection is by its certificate, which the transport has verified.
 *
 * @param names whom the certificate stands for: its DNS names, or where it has none its common name; possibly none at all
 */
public record PeerIdentity(List<String> names) {
    /** Copies the names. */
    public PeerIdentity {
        names = List.copyOf(names);
    }
}
