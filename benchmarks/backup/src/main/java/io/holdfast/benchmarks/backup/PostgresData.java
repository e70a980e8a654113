package io.holdfast.benchmarks.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A PostgreSQL server's directory, of which backups are made while it is stopped. The server does not run as root. */
final class PostgresData {
    private static final String STANZA = "benchmark";
    private static final int ROW_BYTES = 600;
    private static final String BINARIES = "B=$(ls -d /usr/lib/postgresql/*/bin | tail -1); ";

    private final Path directory;

    private PostgresData(Path directory) {
        this.directory = directory;
    }

    /** Makes one of about so many MiB; empty if there is no server that could be started. */
    static Optional<PostgresData> make(Path scratch, int mib) throws IOException, InterruptedException {
        if (Shell.run("ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1", Path.of("."), Map.of())
                .isBlank()) {
            return Optional.empty();
        }
        // Short, since the socket's path may have 107 bytes, and where the user postgres may go.
        Path directory = Files.createTempDirectory("hfpg");
        PostgresData made = new PostgresData(directory);
        Files.createDirectories(scratch);
        if (isRoot()) {
            Shell.run("chown postgres " + directory, Path.of("."), Map.of());
        }
        fill(directory, mib, made::asServer);
        return Optional.of(made);
    }

    /** Runs a command of bash in the directory, as whoever the server runs as. */
    interface AsServer {
        void run(String command) throws IOException, InterruptedException;
    }

    /** When it fails nobody knows of the directory: neither a server nor its files are left. */
    static void fill(Path directory, int mib, AsServer server) throws IOException, InterruptedException {
        try {
            server.run(BINARIES + "$B/initdb -D pg -A trust -U postgres >/dev/null; "
                    + "$B/pg_ctl -D pg -w -l log -o \"-p 54321 -k " + directory
                    + " -c listen_addresses= -c fsync=off\" start >/dev/null; "
                    + "psql -q -h " + directory + " -p 54321 -U postgres -c \"create table t as select g as id, "
                    + "repeat('customer ' || g % 97 || ' ', 20) || md5(g::text) || md5((g * 7)::text) || md5((g * 13)::text) as v, "
                    + "now() + g * interval '1 second' as at from generate_series(1, "
                    + ((long) mib << 20) / ROW_BYTES + ") g\" -c checkpoint postgres; "
                    + "$B/pg_ctl -D pg -w stop >/dev/null");
        } catch (IOException | InterruptedException | RuntimeException failed) {
            try {
                server.run(
                        "if [ -f pg/postmaster.pid ]; then " + BINARIES + "$B/pg_ctl -D pg -w -m immediate stop; fi");
            } catch (IOException | RuntimeException notStopped) {
                failed.addSuppressed(notStopped);
            }
            remove(directory);
            throw failed;
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private String quoted(String command) {
        return isRoot()
                ? "su postgres -s /bin/bash -c 'cd " + directory + "; " + command.replace("'", "'\\''") + "'"
                : "cd " + directory + "; " + command;
    }

    private void asServer(String command) throws IOException, InterruptedException {
        Shell.run(quoted("set -e; " + command), directory, Map.of());
    }

    /** The server's directory. */
    Path tree() {
        return directory.resolve("pg");
    }

    /** A full backup by pgBackRest, by one process, compressed as hard as the others do. */
    Shell.Took pgBackRest(boolean encrypted) throws IOException, InterruptedException {
        Path config = directory.resolve("pgbackrest.conf");
        Files.writeString(config, """
                [global]
                repo1-path=%1$s/repo
                repo1-retention-full=1
                repo1-cipher-type=%3$s
                %4$s
                compress-type=zst
                compress-level=3
                process-max=1
                log-path=%1$s
                lock-path=%1$s/lock
                log-level-console=warn
                [%2$s]
                pg1-path=%1$s/pg
                """.formatted(
                directory, STANZA, encrypted ? "aes-256-cbc" : "none", encrypted ? "repo1-cipher-pass=benchmark" : ""));
        asServer("rm -rf repo lock; mkdir -p repo lock; " + command(config, "stanza-create"));
        return Shell.time(quoted(command(config, "--type=full backup")), directory, Map.of());
    }

    private static String command(Path config, String what) {
        return "pgbackrest --config=" + config + " --stanza=" + STANZA + " --no-online " + what;
    }

    /** What pgBackRest has stored. */
    long stored() throws IOException, InterruptedException {
        return Shell.bytes(directory.resolve("repo"));
    }

    void remove() throws IOException, InterruptedException {
        remove(directory);
    }

    private static void remove(Path directory) throws IOException, InterruptedException {
        Shell.run("rm -rf " + directory, Path.of("."), Map.of());
    }
}
