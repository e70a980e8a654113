package io.holdfast.integrations.election.etcd;

import io.holdfast.integrations.election.contract.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An etcd server of one member, on free ports of the loopback interface. */
final class EtcdServer {
    static final String HOW_TO_INSTALL = "no etcd found, so this is skipped; install Debian's package etcd-server";
    private static final Path PROGRAM = Path.of("/usr/bin/etcd");
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Path directory;
    private final int port;
    private final int peerPort;
    private Process process;

    private EtcdServer(Path directory, int port, int peerPort) {
        this.directory = directory;
        this.port = port;
        this.peerPort = peerPort;
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    static EtcdServer create(Path directory) throws IOException {
        List<Integer> ports = FreePorts.take(2);
        return new EtcdServer(directory, ports.get(0), ports.get(1));
    }

    int port() {
        return port;
    }

    void start() throws Exception {
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + peerPort;
        process = new ProcessBuilder(
                        PROGRAM.toString(),
                        "--name=test",
                        "--data-dir=" + directory.resolve("data"),
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=test=" + peer,
                        "--heartbeat-interval=50",
                        "--election-timeout=500")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (!serves()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("etcd does not start: " + Files.readString(directory.resolve("log")));
            }
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    /** It has elected itself; one that is killed before that has nothing on its disk that it could go on with. */
    private boolean serves() {
        try {
            HttpURLConnection health =
                    (HttpURLConnection) new URL("http://127.0.0.1:" + port + "/health").openConnection();
            health.setConnectTimeout(1_000);
            health.setReadTimeout(1_000);
            try (InputStream answer = health.getInputStream()) {
                return new String(answer.readAllBytes(), StandardCharsets.UTF_8).contains("true");
            }
        } catch (IOException e) {
            return false;
        }
    }

    /** As if the power had failed. */
    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }
}
