package io.holdfast.verification.torture;

import io.holdfast.verification.process.Loopback;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * A resource outside the cluster that checks tokens: it takes a write, {@code <role> <token> <node>} in a line, unless it has
 * seen a higher token of that role, and answers {@code taken} or {@code refused}. Each decision is a line of JSON in its file,
 * which it reads when it starts. Safe from any thread.
 */
final class FencedStore implements AutoCloseable {
    private final ServerSocket socket;
    private final Writer file;
    private final Map<String, Long> highest = new HashMap<>(); // guarded by this
    private volatile boolean closed;

    FencedStore(Path decisions) throws IOException {
        for (GrantEvent event : GrantEvent.read(decisions)) {
            highest.merge(event.role(), event.token(), Math::max);
        }
        file = Files.newBufferedWriter(
                decisions, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        socket = new ServerSocket();
        socket.bind(Loopback.free());
        daemon("store", this::accept);
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = socket.accept();
                daemon("store of " + client.getPort(), () -> serve(client));
            } catch (IOException ended) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
                Writer out =
                        new BufferedWriter(new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                out.write(write(words[0], Long.parseLong(words[1]), words[2]) ? "taken\n" : "refused\n");
                out.flush();
            }
        } catch (IOException gone) {
            // a node that was killed, or that stands still while this ends
        }
    }

    /** Whether the write was taken. */
    synchronized boolean write(String role, long token, String node) throws IOException {
        boolean taken = token >= highest.getOrDefault(role, -1L);
        if (taken) {
            highest.put(role, token);
        }
        file.write(GrantEvent.write(System.nanoTime(), node, role, token, taken).toJson() + "\n");
        file.flush();
        return taken;
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        socket.close();
        file.close();
    }
}
