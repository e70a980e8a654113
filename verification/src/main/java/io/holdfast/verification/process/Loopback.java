package io.holdfast.verification.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Addresses on loopback that stay free. Where the system has all of 127.0.0.0/8, they are on one from which nobody dials, so
 * that no outgoing connection takes a port while whoever listens on it is down.
 */
public final class Loopback {
    private static final String HOST =
            System.getProperty("os.name", "").startsWith("Linux") ? "127.0.77.1" : "127.0.0.1";

    private Loopback() {}

    /** A port of the usual one. */
    public static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** One that is free now. */
    public static InetSocketAddress free() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(HOST, 0));
            return new InetSocketAddress(HOST, socket.getLocalPort());
        }
    }
}
