package io.holdfast.integrations.election.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server with a data directory of its own, on a free port of the loopback interface. It refuses to run as root, so
 * for root it runs as the user that Debian's package has made.
 */
public final class PostgreSqlServer {
    /** Who may log in, without a password. */
    public static final String USER = "holdfast";
    /** Why a test is skipped where there is none. */
    public static final String HOW_TO_INSTALL =
            "no PostgreSQL server found, so this is skipped; install Debian's package postgresql";

    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    private final Path home;
    private final Path data;
    private final int port;

    private PostgreSqlServer(Path home, int port) {
        this.home = home;
        this.data = data(home);
        this.port = port;
    }

    /** Whether there is one to start, and a user to run it as. */
    public static boolean isInstalled() throws IOException {
        return bin().isPresent()
                && (!ROOT || Files.readString(Path.of("/etc/passwd")).contains("postgres:"));
    }

    private static Optional<Path> bin() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions)) {
            return Optional.empty();
        }
        try (Stream<Path> found = Files.list(versions)) {
            return found.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder());
        }
    }

    /** Makes one, which is not started yet, in an empty directory. */
    public static PostgreSqlServer create(Path directory) throws Exception {
        PostgreSqlServer server = in(directory);
        Path data = server.data;
        server.command(
                "initdb", "-D", data.toString(), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");
        return server;
    }

    /** Makes another one with the files of this one, which is not to run, in an empty directory; it is not started yet. */
    public PostgreSqlServer copy(Path directory) throws Exception {
        run(List.of("cp", "-a", data.toString(), data(directory).toString()));
        return in(directory);
    }

    /** Makes a physical standby of this one, which is to run, in an empty directory; it is not started yet. */
    public PostgreSqlServer standby(Path directory) throws Exception {
        PostgreSqlServer standby = in(directory);
        standby.command(
                "pg_basebackup",
                "-D",
                standby.data.toString(),
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-U",
                USER,
                "-X",
                "stream",
                "-c",
                "fast",
                "-R",
                "--no-sync");
        return standby;
    }

    /** One whose files have been put into {@link #data} beneath that directory; it is not started yet. */
    public static PostgreSqlServer restored(Path directory) throws Exception {
        PostgreSqlServer server = in(directory);
        if (ROOT) {
            run(List.of("chown", "-R", "postgres", server.data.toString()));
        }
        return server;
    }

    /** Where the files of a server in that directory are. */
    public static Path data(Path directory) {
        return directory.resolve("data");
    }

    /** A command line that runs one of its programs as whom it runs as. */
    public static List<String> line(String program, String... arguments) throws IOException {
        List<String> line = new ArrayList<>();
        if (ROOT) {
            line.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        line.add(bin().orElseThrow().resolve(program).toString());
        line.addAll(List.of(arguments));
        return line;
    }

    private static PostgreSqlServer in(Path directory) throws Exception {
        if (ROOT) {
            run(List.of("chown", "postgres", directory.toString()));
        }
        return new PostgreSqlServer(directory, FreePorts.take(1).get(0));
    }

    /** Makes a standby the master of a new timeline. */
    public void promote() throws Exception {
        command("pg_ctl", "-D", data.toString(), "-w", "-t", "60", "promote");
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** Starts it, and waits until it serves. */
    public void start() throws Exception {
        String options =
                "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=16MB"
                        + " -c max_connections=60";
        command(
                "pg_ctl",
                "-D",
                data.toString(),
                "-w",
                "-t",
                "60",
                "-l",
                data.resolve("log").toString(),
                "-o",
                options,
                "start");
    }

    /** As if the power had failed: what was confirmed is in the log alone. */
    public void crash() throws Exception {
        command("pg_ctl", "-D", data.toString(), "-w", "-t", "60", "-m", "immediate", "stop");
    }

    /** Ends it in good order, if it runs; it can be started again. */
    public void shutDown() throws Exception {
        if (Files.exists(data.resolve("postmaster.pid"))) {
            command("pg_ctl", "-D", data.toString(), "-w", "-t", "60", "-m", "fast", "stop");
        }
    }

    /** Ends it for good, and lets whoever runs this remove its directory. */
    public void stop() throws Exception {
        shutDown();
        if (ROOT) {
            run(List.of("chown", "-R", "root", home.toString()));
        }
    }

    /** Runs one of its programs, and fails with what that has written if it does. */
    public void command(String program, String... arguments) throws Exception {
        run(line(program, arguments));
    }

    private static void run(List<String> line) throws Exception {
        Path output = Files.createTempFile("holdfast-postgresql", ".log");
        try {
            Process process = new ProcessBuilder(line)
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(90, TimeUnit.SECONDS);
            if (!ended || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(line + " failed: " + Files.readString(output));
            }
        } finally {
            Files.delete(output);
        }
    }
}
