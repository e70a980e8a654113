package io.holdfast.core;

/**
 * A host and a port, not looked up. A name stays a name: it is resolved anew at each dial.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param port 0 to 65535; 0 only where a port is to be chosen by the system
 */
public record Address(String host, int port) {

    private static final int LONGEST_HOST = 255;

    /** Checks the range of the port, and that there is a host of such characters as hosts have: it goes into logs. */
    public Address {
        if (host.isBlank()) {
            throw new IllegalArgumentException("the host is empty; write for example 10.0.0.1:7400");
        }
        checkCharacters(host);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " of " + host + " is not within 0 to 65535");
        }
    }

    /** Does not repeat the text: whoever sent it may want that it be logged. */
    private static void checkCharacters(String host) {
        if (host.length() > LONGEST_HOST) {
            throw new IllegalArgumentException(
                    "a host of " + host.length() + " characters; the longest has " + LONGEST_HOST);
        }
        boolean ipv6 = host.indexOf(':') >= 0;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && "._-".indexOf(c) < 0 && !(ipv6 && (c == ':' || c == '%'))) {
                throw new IllegalArgumentException(String.format(
                        "character %d of a host is U+%04X; a host has letters a to z, digits, dots, hyphens and"
                                + " underscores (others in the form xn--...), or is an IPv6 address",
                        i + 1, (int) c));
            }
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
        checkQuotable(text);
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

    /** Of what the messages quote. */
    private static void checkQuotable(String text) {
        if (text.length() > 2 * LONGEST_HOST || !text.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
            throw new IllegalArgumentException(
                    "an address is host:port, for example 10.0.0.1:7400, and not a text with unprintable or foreign"
                            + " characters, or of " + text.length());
        }
    }

    /** True if it stands for all addresses of a host: for whoever listens, and for nobody who dials. */
    boolean isAnyHost() {
        return host.equals("0.0.0.0") || (host.indexOf(':') >= 0 && host.matches("[0:]+"));
    }

    /** True if not both can listen, as far as can be told without looking a name up. */
    boolean collidesWith(Address other) {
        return port != 0
                && port == other.port
                && (isAnyHost() || other.isAnyHost() || host.equalsIgnoreCase(other.host));
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
