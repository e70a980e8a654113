package io.holdfast.core;

/**
 * A host and a port, not looked up. A name stays a name: it is resolved anew at each dial.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param port 0 to 65535; 0 only where a port is to be chosen by the system
 */
public record Address(String host, int port) {

    /** Checks the range of the port and that there is a host. */
    public Address {
        if (host.isBlank()) {
            throw new IllegalArgumentException("the host is empty; write for example 10.0.0.1:7400");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " of " + host + " is not within 0 to 65535");
        }
    }

    /**
     * Reads {@code host:port}, with an IPv6 address in brackets: {@code [::1]:7400}.
     *
     * @throws IllegalArgumentException with what to write instead
     */
    public static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\": put an IPv6 address into brackets, for example [::1]:7400");
        }
        if (colon < 0 || !text.substring(colon + 1).matches("\\d{1,5}")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has no port; write host:port, for example 10.0.0.1:7400");
        }
        return new Address(host, Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
