package io.holdfast.testkit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which host has which address, and what names stand for. No name is ever looked up in the real world. */
final class Hosts {
    private static final int MAX_HOSTS = 65_000;

    /** What a look-up brings. */
    record Answer(List<InetAddress> addresses, String problem) {}

    private final Map<String, SimulatedNode> byAddress = new HashMap<>(); // looked up only
    private final Map<SimulatedNode, InetAddress> addresses = new LinkedHashMap<>();
    private final Map<String, Answer> names = new TreeMap<>();

    void add(SimulatedNode node) {
        int number = node.number();
        if (number > MAX_HOSTS) {
            throw new IllegalStateException("more than " + MAX_HOSTS + " nodes in one simulation");
        }
        InetAddress address = make(node.id(), (byte) 10, (byte) 77, (byte) (number >> 8), (byte) number);
        addresses.put(node, address);
        byAddress.put(address.getHostAddress(), node);
    }

    private static InetAddress make(String host, byte... bytes) {
        try {
            return InetAddress.getByAddress(host, bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }

    InetAddress address(SimulatedNode node) {
        InetAddress address = addresses.get(node);
        if (address == null) {
            throw new IllegalArgumentException(node + " is not of this simulation");
        }
        return address;
    }

    /** The host that answers at an address, as seen from another one. */
    @Nullable
    SimulatedNode nodeAt(InetAddress address, SimulatedNode from) {
        return address.isLoopbackAddress() ? from : byAddress.get(address.getHostAddress());
    }

    boolean isOwn(SimulatedNode node, String host) {
        if (host.equals("0.0.0.0") || host.equals("::") || host.equals(node.id()) || isLoopback(host)) {
            return true;
        }
        return lookUp(host).addresses().contains(address(node));
    }

    private static boolean isLoopback(String host) {
        return host.equals("127.0.0.1") || host.equals("localhost");
    }

    void name(String name, List<SimulatedNode> nodes) {
        names.put(name, new Answer(nodes.stream().map(this::address).toList(), ""));
    }

    void failName(String name, String problem) {
        names.put(name, new Answer(List.of(), problem));
    }

    void resetName(String name) {
        names.remove(name);
    }

    Answer lookUp(String host) {
        Answer set = names.get(host);
        if (set != null) {
            return set;
        }
        if (isLoopback(host)) {
            return new Answer(List.of(make(host, (byte) 127, (byte) 0, (byte) 0, (byte) 1)), "");
        }
        for (Map.Entry<SimulatedNode, InetAddress> each : addresses.entrySet()) {
            if (each.getKey().id().equals(host)
                    || each.getValue().getHostAddress().equals(host)) {
                return new Answer(List.of(each.getValue()), "");
            }
        }
        return new Answer(List.of(), "unknown host " + host);
    }
}
