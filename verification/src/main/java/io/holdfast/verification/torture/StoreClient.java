package io.holdfast.verification.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A connection to a {@link FencedStore}, made anew after a failure. For one thread. */
final class StoreClient implements AutoCloseable {
    private static final int LIMIT_MILLIS = 300;

    private final InetSocketAddress address;
    private final String node;
    private @Nullable Socket socket;
    private @Nullable BufferedReader in;

    StoreClient(InetSocketAddress address, String node) {
        this.address = address;
        this.node = node;
    }

    /** Writes with a token. What the store thinks of it is in the store's file. */
    void write(String role, long token) {
        try {
            if (socket == null) {
                Socket made = new Socket();
                made.connect(address, LIMIT_MILLIS);
                made.setSoTimeout(LIMIT_MILLIS);
                socket = made;
                in = new BufferedReader(new InputStreamReader(made.getInputStream(), StandardCharsets.UTF_8));
            }
            socket.getOutputStream().write((role + " " + token + " " + node + "\n").getBytes(StandardCharsets.UTF_8));
            if (in.readLine() == null) {
                close();
            }
        } catch (IOException gone) {
            close();
        }
    }

    @Override
    public void close() {
        Socket made = socket;
        socket = null;
        in = null;
        if (made != null) {
            try {
                made.close();
            } catch (IOException alreadyGone) {
                // what was to be reached
            }
        }
    }
}
