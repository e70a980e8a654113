package io.holdfast.core.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands before a port, says something to it first on each connection, and keeps what comes back. */
public final class Tap implements AutoCloseable {
    private final ServerSocket server;
    private final InetSocketAddress target;
    private final byte[] prefix;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    public Tap(InetSocketAddress target, byte[] prefix) throws IOException {
        this.target = target;
        this.prefix = prefix.clone();
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("tap", this::acceptAll);
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return server.getLocalPort();
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                Socket far = new Socket();
                open.add(near);
                open.add(far);
                far.connect(target);
                far.getOutputStream().write(prefix);
                start("tap-out", () -> copy(near, far, new ByteArrayOutputStream()));
                start("tap-in", () -> copy(far, near, heard));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void copy(Socket from, Socket to, ByteArrayOutputStream copy) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                copy.write(buffer, 0, n);
                out.write(buffer, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException closed) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException already) {
            // it is closed
        }
    }

    /** All that came back, a character each byte. */
    public String heard() {
        return heard.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(Tap::close);
    }
}
