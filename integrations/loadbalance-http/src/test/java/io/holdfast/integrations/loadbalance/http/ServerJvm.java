package io.holdfast.integrations.loadbalance.http;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** An HTTP server in a process of its own, which dies with this one: at the end of its standard input. */
final class ServerJvm implements AutoCloseable {
    private final Process process;
    private int port;

    private ServerJvm(Process process) {
        this.process = process;
    }

    /**
     * Begins to start one, which listens when {@link #listening} is called: so several start at a time, and one may stand by.
     *
     * @param port 0 for any
     */
    static ServerJvm start(int port) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx48m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dsun.net.httpserver.nodelay=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerJvm.class.getName(),
                        Integer.toString(port))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new ServerJvm(process);
    }

    /** Has it listen, and waits for that. */
    ServerJvm listening() throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).append("listen\n").flush();
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (line == null) {
            throw new IOException("the server ended before it listened");
        }
        port = Integer.parseInt(line);
        return this;
    }

    int port() {
        return port;
    }

    /** {@code STOP}, {@code CONT} or {@code KILL}. */
    void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + " ended with " + status);
        }
        if (name.equals("KILL")) {
            process.waitFor();
        }
    }

    /** It takes so much longer for each request, or as long as before. */
    void slow(boolean is) throws IOException {
        process.outputWriter(StandardCharsets.UTF_8)
                .append(is ? "slow\n" : "fast\n")
                .flush();
    }

    @Override
    public void close() {
        process.destroyForcibly(); // also one that is stopped
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The server. */
    public static void main(String[] args) throws IOException {
        AtomicBoolean slow = new AtomicBoolean();
        HttpServer server = HttpServer.create();
        server.setExecutor(Executors.newCachedThreadPool());
        CountDownLatch never = new CountDownLatch(1);
        server.createContext("/", exchange -> {
            try (exchange) {
                never.await(slow.get() ? 200 : 2, TimeUnit.MILLISECONDS); // the work
                exchange.sendResponseHeaders(204, -1);
            } catch (InterruptedException e) {
                throw new UncheckedIOException(new IOException(e));
            }
        });
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                if (order.equals("listen")) {
                    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 0);
                    server.start();
                    System.out.println(server.getAddress().getPort());
                } else {
                    slow.set(order.equals("slow"));
                }
            }
        }
        Runtime.getRuntime().halt(0);
    }

    static List<String> ids() {
        return List.of("s1", "s2", "s3", "s4", "s5");
    }
}
