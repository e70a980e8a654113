package io.holdfast.verification.torture;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Resolver;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Names of nodes to this process's own links to them: every node advertises {@code <id>.torture}, and whoever dials that
 * reaches the proxy that stands for the link from him to there.
 */
final class LinkResolver implements Resolver {
    private static final String DOMAIN = ".torture";
    private static final String NONE = "-";
    static final int PORT = 7400;

    private final EventLoop loop;
    private final Map<String, InetSocketAddress> links;

    LinkResolver(EventLoop loop, Map<String, InetSocketAddress> links) {
        this.loop = loop;
        this.links = links;
    }

    /** What a node advertises. Behind links the port is of no account. */
    static String advertised(String node) {
        return host(node) + ":" + PORT;
    }

    /** The name of its host. */
    static String host(String node) {
        return node + DOMAIN;
    }

    /** Links as an argument of a process. */
    static String encode(Map<String, InetSocketAddress> links) {
        return links.isEmpty()
                ? NONE
                : links.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue().getHostString() + ":"
                                + e.getValue().getPort())
                        .collect(Collectors.joining(","));
    }

    /** The same, read again. */
    static Map<String, InetSocketAddress> decode(String links) {
        return links.equals(NONE)
                ? Map.of()
                : Arrays.stream(links.split(","))
                        .map(link -> link.split("[=:]"))
                        .collect(Collectors.toMap(
                                part -> part[0], part -> new InetSocketAddress(part[1], Integer.parseInt(part[2]))));
    }

    @Override
    public void resolve(Address address, Callback callback) {
        String host = address.host();
        String node = host.endsWith(DOMAIN) ? host.substring(0, host.length() - DOMAIN.length()) : host;
        InetSocketAddress link = links.get(node);
        if (link == null) {
            loop.execute(() -> callback.resolved(List.of(), "there is no link to " + address));
        } else {
            loop.execute(() -> callback.resolved(List.of(link), ""));
        }
    }
}
