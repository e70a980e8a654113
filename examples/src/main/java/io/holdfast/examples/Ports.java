package io.holdfast.examples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports of the loopback interface that stay free while a node is down. They lie below the ranges from which systems
 * take the ports of outgoing connections: else a peer that redials a dead node could be given that very port, and the
 * node could not come back.
 */
public final class Ports {
    private static final int LOWEST = 20_000;
    private static final int RANGE = 10_000;
    private static final int ATTEMPTS = 500;

    private Ports() {}

    /** As many as are asked for, all different. */
    public static List<Integer> free(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < ATTEMPTS && ports.size() < count; i++) {
            int port = LOWEST + ThreadLocalRandom.current().nextInt(RANGE);
            if (!ports.contains(port) && isFree(port)) {
                ports.add(port);
            }
        }
        if (ports.size() < count) {
            throw new IOException(
                    "found no " + count + " free ports of 127.0.0.1 between " + LOWEST + " and " + (LOWEST + RANGE));
        }
        return ports;
    }

    /** True if nobody listens there. */
    public static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false; // in use: the answer, not an error
        }
    }
}
