package io.holdfast.examples.demo;

import io.holdfast.examples.Ports;
import io.holdfast.examples.store.Attempt;
import io.holdfast.examples.store.PostgresStore;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A private PostgreSQL server: made in a directory of its own under the system's for temporary files, with a password of
 * its own, on the loopback interface. A shell stands between, which ends the server when its standard input ends, so that
 * it does not outlive this JVM.
 */
final class PostgresHost implements StoreHost {
    private static final String GUARD =
            "trap '' INT; \"$@\" </dev/null & server=$!; cat >/dev/null; kill -QUIT \"$server\"; wait \"$server\"";

    private static final long START_NANOS = 30_000_000_000L;
    private static final long INIT_SECONDS = 60;
    private static final long STOP_SECONDS = 10;
    private static final long LOOK_NANOS = 50_000_000L;

    private final Process guard;
    private final Path home;
    private final String version;
    private final int port;
    private final String password;

    private PostgresHost(Process guard, Path home, String version, int port, String password) {
        this.guard = guard;
        this.home = home;
        this.version = version;
        this.port = port;
        this.password = password;
    }

    /** Makes a database and starts its server; nothing is left behind if that fails. */
    static PostgresHost start(PostgresPrograms programs, Path log) throws IOException {
        Path home = Files.createTempDirectory("holdfast-demo-");
        PostgresHost host = null;
        try {
            programs.give(home);
            byte[] secret = new byte[16];
            new SecureRandom().nextBytes(secret);
            String password = HexFormat.of().formatHex(secret);
            initialise(programs, home, password, log);
            int port = Ports.free(1).get(0);
            String version = Files.readString(home.resolve("data/PG_VERSION")).strip();
            host = new PostgresHost(serve(programs, home, port, log), home, version, port, password);
            host.awaitTables(log);
            return host;
        } catch (IOException | RuntimeException e) {
            if (host != null) {
                host.destroy();
            } else {
                remove(home);
            }
            throw e;
        }
    }

    private static void initialise(PostgresPrograms programs, Path home, String password, Path log) throws IOException {
        Path secret = home.resolve("password");
        Files.writeString(secret, password + "\n");
        programs.give(secret);
        Process initdb = builder(
                        programs,
                        home,
                        log,
                        List.of(
                                programs.bin().resolve("initdb").toString(),
                                "--pgdata=" + home.resolve("data"),
                                "--username=demo",
                                "--pwfile=" + secret,
                                "--auth=scram-sha-256",
                                "--encoding=UTF8",
                                "--locale=C",
                                "--no-sync"))
                .start();
        if (!awaitEnd(initdb, INIT_SECONDS) || initdb.exitValue() != 0) {
            initdb.destroyForcibly();
            throw new IOException("initdb failed; see " + log);
        }
        Files.delete(secret);
    }

    private static Process serve(PostgresPrograms programs, Path home, int port, Path log) throws IOException {
        return builder(
                        programs,
                        home,
                        log,
                        List.of(
                                "sh",
                                "-c",
                                GUARD,
                                "sh",
                                programs.bin().resolve("postgres").toString(),
                                "-D",
                                home.resolve("data").toString(),
                                "-p",
                                Integer.toString(port),
                                "-c",
                                "listen_addresses=127.0.0.1",
                                "-c",
                                "unix_socket_directories=",
                                "-c",
                                "shared_buffers=16MB",
                                "-c",
                                "max_connections=20"))
                .start();
    }

    private static ProcessBuilder builder(PostgresPrograms programs, Path home, Path log, List<String> words) {
        return new ProcessBuilder(programs.command(words))
                .directory(home.toFile())
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .redirectError(Redirect.appendTo(log.toFile()));
    }

    private void awaitTables(Path log) throws IOException {
        long start = System.nanoTime();
        while (true) {
            try {
                PostgresStore.createTables(address());
                return;
            } catch (IOException e) {
                if (!guard.isAlive() || System.nanoTime() - start > START_NANOS) {
                    throw new IOException("the server does not answer, see " + log + ": " + e.getMessage(), e);
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    @Override
    public String description() {
        return "a row of PostgreSQL " + version + ", 127.0.0.1:" + port + ", in " + home;
    }

    @Override
    public String address() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=demo&password=" + password
                + "&connectTimeout=5&socketTimeout=5&sslmode=disable&gssEncMode=disable";
    }

    @Override
    public List<Attempt> record() throws IOException {
        return PostgresStore.read(address());
    }

    @Override
    public boolean isAlive() {
        return guard.isAlive();
    }

    @Override
    public void destroy() {
        try {
            guard.getOutputStream().close();
        } catch (IOException e) {
            // Then it is dead already.
        }
        List<ProcessHandle> server = guard.descendants().toList();
        try {
            awaitEnd(guard, STOP_SECONDS);
            server.forEach(ProcessHandle::destroyForcibly);
            guard.destroyForcibly();
            remove(home);
        } catch (IOException e) {
            System.err.println("demo: " + home + " could not be removed: " + e);
        }
    }

    private static void remove(Path home) throws IOException {
        if (Files.exists(home)) { // else another call of destroy() was here
            DataDirectory.deleteTree(home);
        }
    }

    private static boolean awaitEnd(Process process, long seconds) throws IOException {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for PostgreSQL", e);
        }
    }
}
