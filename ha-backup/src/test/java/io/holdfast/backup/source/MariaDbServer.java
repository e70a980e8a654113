package io.holdfast.backup.source;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.mariadb.jdbc.MariaDbDataSource;

/** A MariaDB server with a data directory of its own, on a free port of the loopback interface. */
final class MariaDbServer {
    static final String HOW_TO_INSTALL =
            "no MariaDB server found, so this is skipped; install Debian's package mariadb-server";
    static final String USER = "holdfast";

    private final Path home;
    private final int port;
    private final Process process;

    private MariaDbServer(Path home, int port, Process process) {
        this.home = home;
        this.port = port;
        this.process = process;
    }

    private static Optional<Path> program(String name) {
        return Stream.of("/usr/sbin", "/usr/bin")
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static boolean isInstalled() {
        return program("mariadbd").isPresent() && program("mariadb-install-db").isPresent();
    }

    /** Makes and starts one in an empty directory. */
    static MariaDbServer start(Path home) throws Exception {
        String user = System.getProperty("user.name");
        Path said = home.resolve("said");
        Process install = new ProcessBuilder(
                        program("mariadb-install-db").orElseThrow().toString(),
                        "--no-defaults",
                        "--datadir=" + home.resolve("data"),
                        "--user=" + user,
                        "--auth-root-authentication-method=normal",
                        "--skip-test-db")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        if (!install.waitFor(120, TimeUnit.SECONDS) || install.exitValue() != 0) {
            install.destroyForcibly();
            throw new IOException("mariadb-install-db failed: " + Files.readString(said));
        }
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path first = Files.writeString(
                home.resolve("first.sql"),
                "CREATE USER '" + USER + "'@'127.0.0.1';\nGRANT ALL ON *.* TO '" + USER
                        + "'@'127.0.0.1';\nCREATE DATABASE bank;\nCREATE DATABASE restored;\n");
        Process process = new ProcessBuilder(
                        program("mariadbd").orElseThrow().toString(),
                        "--no-defaults",
                        "--datadir=" + home.resolve("data"),
                        "--socket=" + home.resolve("socket"),
                        "--pid-file=" + home.resolve("pid"),
                        "--user=" + user,
                        "--bind-address=127.0.0.1",
                        "--port=" + port,
                        "--skip-name-resolve",
                        "--innodb-buffer-pool-size=32M",
                        "--innodb-flush-log-at-trx-commit=0",
                        "--init-file=" + first)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        return new MariaDbServer(home, port, process);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String said() throws IOException {
        return Files.readString(home.resolve("said"));
    }

    MariaDbDataSource dataSource(String database) throws Exception {
        MariaDbDataSource dataSource =
                new MariaDbDataSource("jdbc:mariadb://127.0.0.1:" + port + "/" + database + "?tinyInt1isBit=false");
        dataSource.setUser(USER);
        return dataSource;
    }

    /** The command line of one of its clients. */
    String[] line(String client, String... arguments) {
        List<String> line = new ArrayList<>(List.of(
                program(client).orElseThrow().toString(),
                "--no-defaults",
                "--protocol=tcp",
                "--host=127.0.0.1",
                "--port=" + port,
                "--user=" + USER));
        line.addAll(List.of(arguments));
        return line.toArray(new String[0]);
    }

    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
