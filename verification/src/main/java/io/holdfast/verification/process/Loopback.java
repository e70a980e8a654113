package io.holdfast.verification.process;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

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
        return free(1).get(0);
    }

    /** So many different ones that are free now, for links and for datagrams. */
    public static List<InetSocketAddress> free(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>(); // all at once: what was let go of may be given again
        try {
            List<InetSocketAddress> free = new ArrayList<>();
            while (free.size() < count) {
                ServerSocket socket = new ServerSocket();
                held.add(socket);
                socket.bind(new InetSocketAddress(HOST, 0));
                InetSocketAddress address = new InetSocketAddress(HOST, socket.getLocalPort());
                if (takesDatagrams(address)) {
                    free.add(address);
                }
            }
            return free;
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private static boolean takesDatagrams(InetSocketAddress address) {
        try (DatagramSocket socket = new DatagramSocket(address)) {
            return socket.isBound();
        } catch (SocketException taken) {
            return false;
        }
    }

    /** The same as a configuration has them: {@code host:port}. */
    public static List<String> freeTexts(int count) throws IOException {
        return free(count).stream().map(Loopback::text).toList();
    }

    /** As a configuration has it. */
    public static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
