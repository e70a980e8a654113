package io.holdfast.benchmarks.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ranges of ports that nobody listens on, below those that the system gives to connections. */
final class Ports {
    private static final int FIRST = 20_000;
    private static final int END = 30_000;

    private static int next = FIRST + (int) (ProcessHandle.current().pid() * 128 % (END - FIRST));

    private Ports() {}

    static synchronized int free(int count) throws IOException {
        for (int tries = 0; tries < END - FIRST; tries += count) {
            int base = next + count <= END ? next : FIRST;
            next = base + count;
            if (areFree(base, count)) {
                return base;
            }
        }
        throw new IOException("no " + count + " free ports in a row from " + FIRST + " to " + END);
    }

    private static boolean areFree(int base, int count) {
        for (int port = base; port < base + count; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                if (!socket.isBound()) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }
}
