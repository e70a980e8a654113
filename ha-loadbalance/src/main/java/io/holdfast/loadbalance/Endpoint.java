package io.holdfast.loadbalance;

import io.holdfast.core.Address;
import io.holdfast.core.Health;
import io.holdfast.core.Node;
import java.net.URI;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a balancer picks: one instance of a service. Immutable.
 *
 * @param id the node's id, its name for ever: hashes and sessions hold on to it, never to an address or to a place in a list; 1 to
 *     255 letters, digits, dots, colons, hyphens and underscores
 * @param uri where the service is, such as {@code http://10.0.0.1:8080}
 * @param zone the zone it stands in; empty if unknown
 * @param weight how much of the load it takes beside others, 1 to 1000
 * @param tags of its node
 * @param services all services of its node, by name
 * @param health how its node is, as that says itself; a balancer that is told worse by {@link Balancer#health} goes by that
 * @param draining true if it asks for nothing new, see {@link Balancer#drain}
 */
public record Endpoint(
        String id,
        URI uri,
        String zone,
        int weight,
        SortedSet<String> tags,
        SortedMap<String, URI> services,
        Health health,
        boolean draining) {
    /** The least weight. */
    public static final int LEAST_WEIGHT = 1;
    /** The most weight. */
    public static final int MOST_WEIGHT = 1_000;

    /** Checks id and weight. */
    public Endpoint {
        if (!id.matches("[A-Za-z0-9._:-]{1,255}")) {
            throw new IllegalArgumentException("endpoint id \"" + id
                    + "\" is not allowed; use 1 to 255 letters, digits, dots, colons, hyphens and underscores");
        }
        if (weight < LEAST_WEIGHT || weight > MOST_WEIGHT) {
            throw new IllegalArgumentException("weight " + weight + " of endpoint " + id + " is not within "
                    + LEAST_WEIGHT + " to " + MOST_WEIGHT + "; to take it out, drain it");
        }
        tags = Collections.unmodifiableSortedSet(new TreeSet<>(tags));
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
    }

    /** One of weight 1 in no zone. */
    public static Endpoint of(String id, String uri) {
        return new Endpoint(id, URI.create(uri), "", 1, new TreeSet<>(), new TreeMap<>(), Health.UP, false);
    }

    /** What a node offers under that name; empty if it does not. Health and draining are not the node's description: UP, and not. */
    public static Optional<Endpoint> of(Node node, String service) {
        return Optional.ofNullable(node.services().get(service))
                .map(uri -> new Endpoint(
                        node.id(),
                        uri,
                        node.zone(),
                        node.weight(),
                        new TreeSet<>(node.tags()),
                        new TreeMap<>(node.services()),
                        Health.UP,
                        false));
    }

    /** The same in a zone. */
    public Endpoint zone(String name) {
        return new Endpoint(id, uri, name, weight, tags, services, health, draining);
    }

    /** The same with a weight, 1 to 1000. */
    public Endpoint weight(int share) {
        return new Endpoint(id, uri, zone, share, tags, services, health, draining);
    }

    /** The same with these tags. */
    public Endpoint tags(Set<String> names) {
        return new Endpoint(id, uri, zone, weight, new TreeSet<>(names), services, health, draining);
    }

    /** The same with these services of its node. */
    public Endpoint services(Map<String, URI> byName) {
        return new Endpoint(id, uri, zone, weight, tags, new TreeMap<>(byName), health, draining);
    }

    /** The same, as healthy as that. */
    public Endpoint health(Health is) {
        return new Endpoint(id, uri, zone, weight, tags, services, is, draining);
    }

    /** The same, asking for nothing new or not. */
    public Endpoint draining(boolean is) {
        return new Endpoint(id, uri, zone, weight, tags, services, health, is);
    }

    /** Its URI with a path, and perhaps a query, put to it: {@code uri("/orders/17?full")}. */
    public URI uri(String path) {
        String base = uri.toString();
        boolean slashes = base.endsWith("/") && path.startsWith("/");
        return URI.create(slashes ? base + path.substring(1) : base + path);
    }

    /**
     * Host and port of its URI; 80 or 443 where an {@code http} or {@code https} one names none.
     *
     * @throws IllegalStateException if it has no host, or neither a port nor a scheme with a usual one
     */
    public Address address() {
        String host = uri.getHost();
        int port = uri.getPort();
        if (port < 0 && "http".equals(uri.getScheme())) {
            port = 80;
        } else if (port < 0 && "https".equals(uri.getScheme())) {
            port = 443;
        }
        if (host == null || port < 0) {
            throw new IllegalStateException("endpoint " + id + " has no host and port in its URI " + uri
                    + "; write for example http://10.0.0.1:8080");
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return new Address(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    @Override
    public String toString() {
        return id + " at " + uri;
    }
}
