package io.holdfast.backup.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.source.DirectoryRestore.Restored;
import io.holdfast.backup.source.JdbcLoad.Loaded;
import io.holdfast.integrations.election.contract.PostgreSqlServer;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the code of {@code docs/backup-sources.md}, and sees that it is the code that is there. */
class DocumentedSourcesTest {
    private static final Path PAGE = Path.of("..", "docs", "backup-sources.md");
    private static final Path THIS =
            Path.of("src", "test", "java", "io", "holdfast", "backup", "source", "DocumentedSourcesTest.java");

    private final MemoryParts parts = new MemoryParts();

    @TempDir
    Path work;

    private static String withoutBlanks(String text) {
        return text.replaceAll("\\s+", "");
    }

    @Test
    void theCodeOfThePageIsTheCodeThatRuns() throws Exception {
        String here = withoutBlanks(Files.readString(THIS));
        String[] pieces = Files.readString(PAGE).split("```java\n");
        assertTrue(pieces.length > 5, pieces.length + " pieces");
        for (int i = 1; i < pieces.length; i++) {
            String code = pieces[i].substring(0, pieces[i].indexOf("```"));
            assertTrue(here.contains(withoutBlanks(code)), () -> "is not run by this test: " + code);
        }
    }

    @Test
    void commandsAndTables() throws Exception {
        assumeTrue(PostgreSqlServer.isInstalled(), PostgreSqlServer.HOW_TO_INSTALL);
        Trees.sh(work, "chmod a+x .");
        PostgreSqlServer server = PostgreSqlServer.create(Files.createDirectory(work.resolve("server")));
        server.start();
        try {
            DataSource dataSource = PostgreSqlSourcesTest.dataSource(server, "postgres");
            PostgreSqlSourcesTest.execute(
                    dataSource,
                    "CREATE TABLE customers (id int PRIMARY KEY, name text)",
                    "CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers, placed_at timestamptz)",
                    "INSERT INTO customers VALUES (1, 'one'), (2, 'two')",
                    "INSERT INTO orders VALUES (17, 2, date_trunc('day', now(), 'UTC') - interval '1 hour'), (18, 1, now())",
                    "CREATE DATABASE other");
            String port = Integer.toString(server.port());
            physical(port);
            logical(port);
            assertEquals(
                    "2",
                    PostgreSqlSourcesTest.query(
                            PostgreSqlSourcesTest.dataSource(server, "other"), "SELECT count(*) FROM orders"));
            tables(dataSource);
        } finally {
            server.stop();
        }
    }

    private void physical(String port) throws Exception {
        Supplier<String> password = () -> "not needed here";
        BackupSource database = CommandSource.of(
                        "orders-db",
                        BackupKind.PHYSICAL,
                        Command.of("pg_basebackup", "-D", "-", "-Ft", "-X", "fetch", "-c", "fast")
                                .environment("PGHOST", "127.0.0.1")
                                .environment("PGPORT", port)
                                .environment("PGUSER", "holdfast")
                                .environment("PGPASSWORD", password)
                                .limit(Duration.ofHours(6)))
                .part("base.tar");
        parts.run(database);
        Path data = Files.createDirectory(work.resolve("data"));
        try (InputStream part = parts.read("base.tar")) {
            Command.of("tar", "-x", "-p", "-f", "-", "-C", data.toString()).feed(part);
        }
        assertTrue(Files.exists(data.resolve("backup_manifest")));
    }

    private void logical(String port) throws Exception {
        BackupSource dump = CommandSource.of(
                        "orders-dump",
                        BackupKind.LOGICAL,
                        Command.of("pg_dump", "-Fc", "-h", "127.0.0.1", "-p", port, "-U", "holdfast", "postgres"))
                .part("orders.dump")
                .alreadyCompressed();
        parts.run(dump);
        try (InputStream part = parts.read("orders.dump")) {
            Command.of(
                            "pg_restore",
                            "--single-transaction",
                            "--exit-on-error",
                            "-h",
                            "127.0.0.1",
                            "-p",
                            port,
                            "-U",
                            "holdfast",
                            "-d",
                            "other")
                    .feed(part);
        }
    }

    private void tables(DataSource dataSource) throws Exception {
        BackupSource yesterday = JdbcSource.of(
                "orders-of-a-day",
                dataSource,
                JdbcTable.of("customers"),
                JdbcTable.of("orders").between("placed_at", Days::yesterday, Days::today));
        parts.run(yesterday);
        PostgreSqlSourcesTest.execute(
                dataSource,
                "CREATE SCHEMA copy",
                "CREATE TABLE copy.customers (LIKE customers INCLUDING ALL)",
                "CREATE TABLE copy.orders (LIKE orders INCLUDING ALL)");
        Loaded loaded = JdbcLoad.into(dataSource)
                .schema("copy")
                .load(List.of(() -> parts.read("001-customers.jsonl"), () -> parts.read("002-orders.jsonl")));
        assertEquals(3, loaded.inserted());
        Loaded again = JdbcLoad.into(dataSource)
                .schema("copy")
                .replaceExisting()
                .onlyRows((table, row) ->
                        table.equals("orders") && row.get("customer").equals("2"))
                .load(List.of(() -> parts.read("002-orders.jsonl")));
        assertEquals(1, again.replaced());
    }

    /** Those of UTC. */
    private static final class Days {
        private static Instant yesterday() {
            return today().minus(1, ChronoUnit.DAYS);
        }

        private static Instant today() {
            return Instant.now().truncatedTo(ChronoUnit.DAYS);
        }
    }

    @Test
    void aDirectory() throws Exception {
        Path directory = Files.createDirectory(work.resolve("uploads"));
        Files.writeString(directory.resolve("file"), "content");
        Files.createDirectory(directory.resolve("cache"));
        BackupSource uploads = DirectorySource.of("uploads", directory).leaveOut(path -> path.equals(Path.of("cache")));
        parts.run(uploads);
        Path empty = Files.createDirectory(work.resolve("empty"));
        try (InputStream part = parts.read("files.tar")) {
            Restored restored = DirectoryRestore.into(empty).from(part);
            assertEquals(1, restored.files());
        }
        parts.parts.clear();
        // Stands for the machine's own programs.
        Command freeze = Command.of("touch", work.resolve("frozen").toString());
        Command thaw = Command.of("rm", work.resolve("frozen").toString());
        BackupSource still = BackupHook.commands(freeze, thaw).around(uploads);
        parts.run(still);
        assertTrue(Files.notExists(work.resolve("frozen")));
    }
}
