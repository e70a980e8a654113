package io.holdfast.loadbalance;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** The addresses of a name, as the machine resolves it. Blocks. */
final class NameLookup implements Callable<List<Endpoint>> {
    private final String name;
    private final String scheme;
    private final int port;

    NameLookup(String name, String scheme, int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " of " + name + " is not within 1 to 65535");
        }
        this.name = name;
        this.scheme = scheme;
        this.port = port;
    }

    @Override
    public List<Endpoint> call() throws UnknownHostException {
        return Stream.of(InetAddress.getAllByName(name))
                .map(InetAddress::getHostAddress)
                .map(address -> address.replaceFirst("%.*", "")) // an interface is of this machine alone
                .distinct()
                .sorted()
                .map(this::endpoint)
                .toList();
    }

    private Endpoint endpoint(String address) {
        String host = address.indexOf(':') >= 0 ? "[" + address + "]" : address;
        return Endpoint.of(address + ":" + port, scheme + "://" + host + ":" + port);
    }

    @Override
    public String toString() {
        return name;
    }
}
