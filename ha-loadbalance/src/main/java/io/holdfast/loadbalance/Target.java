package io.holdfast.loadbalance;

import io.holdfast.loadbalance.pick.EndpointStats;
import io.holdfast.loadbalance.pick.Hashes;
import java.util.HexFormat;

/**
 * What a pick gives: an endpoint and what the balancer knows of it. The same object pick after pick while the endpoint does not
 * change. Safe from any thread.
 */
public final class Target {
    private final Endpoint endpoint;
    private final long idHash;
    private final String session;
    private final EndpointStats stats;

    Target(Endpoint endpoint, EndpointStats stats) {
        this.endpoint = endpoint;
        this.idHash = idHash(endpoint.id());
        this.session = HexFormat.of().toHexDigits(idHash);
        this.stats = stats;
    }

    static long idHash(String id) {
        long hash = Hashes.of(id);
        return hash == 0 ? 1 : hash; // 0 is no session
    }

    /** The endpoint. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * What binds a session to this endpoint, for a cookie or a header: 16 hexadecimal digits that tell nothing of its name. It holds
     * for as long as there is an endpoint of that id, wherever it moves, on all callers; see {@link
     * Balancer#begin(String, long, Tried)}.
     */
    public String session() {
        return session;
    }

    /** Requests of this balancer that are on their way to it. */
    public int inFlight() {
        return stats.inFlight();
    }

    long idHash() {
        return idHash;
    }

    EndpointStats stats() {
        return stats;
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
