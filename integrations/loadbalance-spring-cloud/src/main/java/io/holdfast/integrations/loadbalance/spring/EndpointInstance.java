package io.holdfast.integrations.loadbalance.spring;

import io.holdfast.core.Address;
import io.holdfast.loadbalance.Attempt;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.Target;
import io.holdfast.loadbalance.Tried;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;

/**
 * An endpoint as Spring sees it; if it was picked for a request, with what is to travel along and where the request has been. Equal to
 * others of the same endpoint. Safe from any thread.
 */
final class EndpointInstance implements ServiceInstance {
    private final String service;
    private final Endpoint endpoint;
    private final @Nullable LoadBalancer calls;
    private final @Nullable Attempt attempt;
    private final @Nullable Tried tried;
    private @Nullable Target inFlight;
    private long beganNanos;

    EndpointInstance(String service, Endpoint endpoint) {
        this.service = service;
        this.endpoint = endpoint;
        this.calls = null;
        this.attempt = null;
        this.tried = null;
    }

    /**
     * One that was picked.
     *
     * @param before where the request had been until then
     */
    EndpointInstance(String service, LoadBalancer calls, Attempt attempt, Tried before) {
        this.service = service;
        this.endpoint = attempt.endpoint();
        this.calls = calls;
        this.attempt = attempt;
        this.tried = before.copy();
        tried.add(attempt);
    }

    /** Null if it was not picked by a {@link HoldfastInstanceBalancer}. */
    @Nullable
    LoadBalancer calls() {
        return calls;
    }

    @Nullable
    Attempt attempt() {
        return attempt;
    }

    /** Where a request that is tried again after this one has been. */
    Tried tried() {
        return tried == null ? new Tried() : tried.copy();
    }

    /** Whether both go to the master, and to the same one. */
    boolean isSameMaster(@Nullable EndpointInstance before) {
        Attempt now = attempt;
        Attempt then = before == null ? null : before.attempt;
        return now != null
                && then != null
                && now.isForMaster()
                && then.isForMaster()
                && now.endpoint().id().equals(then.endpoint().id())
                && Objects.equals(now.fence(), then.fence());
    }

    /** The request is on its way. */
    synchronized void begins() {
        LoadBalancer by = calls;
        if (by != null && inFlight == null) {
            beganNanos = System.nanoTime();
            inFlight = by.balancer().beginAt(endpoint.id());
        }
    }

    /** What {@link #begins} counted has ended; once, and nothing where nothing was. */
    synchronized void ends(Outcome outcome) {
        LoadBalancer by = calls;
        Target its = inFlight;
        inFlight = null;
        if (by != null && its != null) {
            by.balancer().end(its, System.nanoTime() - beganNanos, outcome);
        }
    }

    @Override
    public String getInstanceId() {
        return endpoint.id();
    }

    @Override
    public String getServiceId() {
        return service;
    }

    @Override
    public String getHost() {
        return address().host();
    }

    @Override
    public int getPort() {
        return address().port();
    }

    private Address address() {
        return endpoint.address();
    }

    @Override
    public boolean isSecure() {
        return "https".equals(endpoint.uri().getScheme());
    }

    @Override
    public String getScheme() {
        return isSecure() ? "https" : "http";
    }

    @Override
    public URI getUri() {
        return endpoint.uri();
    }

    /** Its zone, weight and tags, by the names that Spring's own suppliers look at. */
    @Override
    public Map<String, String> getMetadata() {
        Map<String, String> metadata = new TreeMap<>();
        if (!endpoint.zone().isEmpty()) {
            metadata.put("zone", endpoint.zone());
        }
        metadata.put("weight", Integer.toString(endpoint.weight()));
        endpoint.tags().forEach(tag -> metadata.put("tag." + tag, "true"));
        return metadata;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EndpointInstance that && service.equals(that.service) && endpoint.equals(that.endpoint);
    }

    @Override
    public int hashCode() {
        return endpoint.hashCode();
    }

    @Override
    public String toString() {
        return service + ": " + endpoint;
    }
}
