package shop.consumer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports of the loopback interface, below those that systems take for outgoing connections. */
final class Ports {
    private static final int LOWEST = 20_000;
    private static final int RANGE = 10_000;
    private static final int ATTEMPTS = 500;

    private Ports() {}

    static List<Integer> free(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < ATTEMPTS && ports.size() < count; i++) {
            int port = LOWEST + ThreadLocalRandom.current().nextInt(RANGE);
            if (!ports.contains(port) && isFree(port)) {
                ports.add(port);
            }
        }
        if (ports.size() < count) {
            throw new IOException("found no " + count + " free ports of 127.0.0.1 from " + LOWEST + " on");
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false; // in use: the answer, not an error
        }
    }
}
