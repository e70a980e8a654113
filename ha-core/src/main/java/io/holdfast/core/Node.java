package io.holdfast.core;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A member of a cluster, or a client of one, as it describes itself. Immutable: each method returns a changed copy.
 *
 * <pre>{@code
 * Node.of("node-1").bind("0.0.0.0:7400").advertise("10.0.0.1:7400").zone("a")
 * }</pre>
 */
public final class Node {
    static final int LEAST_WEIGHT = 1;
    static final int MOST_WEIGHT = 1_000;

    private static final String ID_RULE = "1 to 64 letters, digits, dots, hyphens and underscores";

    private final String id;
    private final boolean client;
    private final boolean ephemeral;
    private final Address bind;
    private final Address advertise;
    private final String zone;
    private final int weight;
    private final Set<String> tags;
    private final Map<String, URI> services;

    private Node(
            String id,
            boolean client,
            boolean ephemeral,
            Address bind,
            Address advertise,
            String zone,
            int weight,
            Set<String> tags,
            Map<String, URI> services) {
        this.id = id;
        this.client = client;
        this.ephemeral = ephemeral;
        this.bind = bind;
        this.advertise = advertise;
        this.zone = zone;
        this.weight = weight;
        this.tags = Collections.unmodifiableSet(new LinkedHashSet<>(tags));
        this.services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
    }

    /**
     * A member. It binds a port of 127.0.0.1 that the system chooses, until {@link #bind} says otherwise.
     *
     * @param id its name for ever, whatever its address: 1 to 64 letters, digits, dots, hyphens and underscores
     */
    public static Node of(String id) {
        Address loopback = new Address("127.0.0.1", 0);
        return new Node(checkedId(id), false, false, loopback, loopback, "", 1, Set.of(), Map.of());
    }

    /** A process that uses the cluster without being part of it: it binds nothing, stores nothing and has no vote. */
    public static Node client(String id) {
        Address none = new Address("client", 0);
        return new Node(checkedId(id), true, false, none, none, "", 1, Set.of(), Map.of());
    }

    private static String checkedId(String id) {
        if (!id.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("node id \"" + id + "\" is not allowed; use " + ID_RULE);
        }
        return id;
    }

    /** Where to listen, as {@code host:port}; also what others are told, until {@link #advertise} says otherwise. */
    public Node bind(String address) {
        if (client) {
            throw new IllegalArgumentException("client " + id + " listens nowhere; leave bind out, or use Node.of");
        }
        Address bound = Address.parse(address);
        return new Node(id, false, ephemeral, bound, bound, zone, weight, tags, services);
    }

    /** What others dial, as {@code host:port}, where it differs from {@link #bind}. */
    public Node advertise(String address) {
        return new Node(id, client, ephemeral, bind, Address.parse(address), zone, weight, tags, services);
    }

    /** The zone it stands in; empty by default. */
    public Node zone(String name) {
        return new Node(id, client, ephemeral, bind, advertise, name, weight, tags, services);
    }

    /** How much of the load it takes beside others, 1 to 1000; 1 by default. */
    public Node weight(int share) {
        if (share < LEAST_WEIGHT || share > MOST_WEIGHT) {
            throw new IllegalArgumentException(
                    "weight " + share + " of node " + id + " is not within " + LEAST_WEIGHT + " to " + MOST_WEIGHT);
        }
        return new Node(id, client, ephemeral, bind, advertise, zone, share, tags, services);
    }

    /** Adds a tag. */
    public Node tag(String tag) {
        Set<String> more = new LinkedHashSet<>(tags);
        more.add(tag);
        return new Node(id, client, ephemeral, bind, advertise, zone, weight, more, services);
    }

    /**
     * Adds a service that this node offers, by name and URI.
     *
     * @throws IllegalArgumentException if that is no URI; it is not quoted, since a password may be in it
     */
    public Node service(String name, String uri) {
        Map<String, URI> more = new LinkedHashMap<>(services);
        try {
            more.put(name, new URI(uri));
        } catch (URISyntaxException wrong) { // no cause: it quotes the URI
            throw new IllegalArgumentException("what service " + name + " of node " + id + " is found at is no URI: "
                    + wrong.getReason() + " at character " + (wrong.getIndex() + 1)
                    + "; write for example http://10.0.0.1:8080, and what a URI does not allow as %20");
        }
        return new Node(id, client, ephemeral, bind, advertise, zone, weight, tags, more);
    }

    /**
     * Makes it one without a disk, which comes and goes under ids of its own, as instances of a stateless service do: it never
     * has a vote, and the cluster forgets it soon after it died.
     */
    public Node ephemeral() {
        if (client) {
            throw new IllegalArgumentException("client " + id + " is no member; leave ephemeral out");
        }
        return new Node(id, false, true, bind, advertise, zone, weight, tags, services);
    }

    /** Its id. */
    public String id() {
        return id;
    }

    /** True for {@link #client}. */
    public boolean isClient() {
        return client;
    }

    /** True for one without a disk; see {@link #ephemeral()}. */
    public boolean isEphemeral() {
        return ephemeral;
    }

    /** Where it listens. */
    public Address bindAddress() {
        return bind;
    }

    /** What others dial. */
    public Address advertisedAddress() {
        return advertise;
    }

    /** Its zone. */
    public String zone() {
        return zone;
    }

    /** Its weight. */
    public int weight() {
        return weight;
    }

    /** Its tags. */
    public Set<String> tags() {
        return tags;
    }

    /** Its services. */
    public Map<String, URI> services() {
        return services;
    }

    @Override
    public String toString() {
        return client ? id + " (client)" : id + " at " + advertise;
    }
}
