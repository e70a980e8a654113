package io.holdfast.backup.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.source.JdbcLoad.Loaded;
import io.holdfast.backup.source.JdbcLoad.PartInput;
import io.holdfast.integrations.election.contract.PostgreSqlServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** All kinds of backups of a real PostgreSQL server, which pgbench writes to meanwhile: all along, and not all that it can. */
class PostgreSqlSourcesTest {
    private static PostgreSqlServer server;
    private static DataSource database;
    private static Process load;

    @TempDir
    static Path home;

    @TempDir
    Path work;

    private ContainerParts parts;
    private PostgreSqlServer restored;

    @BeforeAll
    static void startServer() throws Exception {
        assumeTrue(PostgreSqlServer.isInstalled(), PostgreSqlServer.HOW_TO_INSTALL);
        server = PostgreSqlServer.create(home);
        server.start();
        database = dataSource(server);
        server.command("pgbench", connection(server, "-i", "-s", "1", "-q", "postgres"));
        load = new ProcessBuilder(PostgreSqlServer.line(
                        "pgbench", connection(server, "-c", "2", "-R", "200", "-T", "3600", "postgres")))
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (query(database, "SELECT count(*) FROM pgbench_history").equals("0")) {
            assertTrue(load.isAlive(), "pgbench has ended");
        }
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (load != null) {
            List<ProcessHandle> children = load.descendants().toList();
            children.forEach(ProcessHandle::destroy);
            load.destroy();
            load.waitFor();
        }
        if (server != null) {
            server.stop();
        }
    }

    @BeforeEach
    void openRepository() throws IOException {
        parts = new ContainerParts(BackupRepository.directory(Files.createDirectory(work.resolve("repository"))));
    }

    @AfterEach
    void stopRestored() throws Exception {
        if (restored != null) {
            restored.stop();
        }
    }

    private static String[] connection(PostgreSqlServer server, String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("-h", "127.0.0.1", "-p", Integer.toString(server.port()), "-U", PostgreSqlServer.USER));
        all.addAll(List.of(arguments));
        return all.toArray(new String[0]);
    }

    private static DataSource dataSource(PostgreSqlServer server) {
        return dataSource(server, "postgres");
    }

    static PGSimpleDataSource dataSource(PostgreSqlServer server, String name) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setServerNames(new String[] {"127.0.0.1"});
        dataSource.setPortNumbers(new int[] {server.port()});
        dataSource.setDatabaseName(name);
        dataSource.setUser(PostgreSqlServer.USER);
        return dataSource;
    }

    private static void execute(String... statements) throws SQLException {
        execute(database, statements);
    }

    static void execute(DataSource dataSource, String... statements) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static String query(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            assertTrue(found.next(), sql);
            return String.valueOf(found.getString(1));
        }
    }

    private Outcome run(BackupSource source) throws IOException, InterruptedException {
        try (Prepared prepared =
                source.prepare(Duration.ofSeconds(30)).toCompletableFuture().join()) {
            return prepared.writeTo(parts);
        }
    }

    private PartInput part(String name) {
        return () -> parts.read(name);
    }

    /** What pgbench keeps equal in each of its transactions, so that anything but one state of the database shows. */
    private static void assertOneState(DataSource dataSource, String schema) throws SQLException {
        String history = query(dataSource, "SELECT sum(delta) FROM " + schema + ".pgbench_history");
        for (String sum : List.of("abalance) FROM %s.pgbench_accounts", "tbalance) FROM %s.pgbench_tellers")) {
            assertEquals(history, query(dataSource, "SELECT sum(" + String.format(sum, schema)));
        }
        assertEquals(history, query(dataSource, "SELECT sum(bbalance) FROM " + schema + ".pgbench_branches"));
    }

    private void startAndCheck(String marker) throws Exception {
        restored.start();
        DataSource dataSource = dataSource(restored);
        assertEquals("1", query(dataSource, "SELECT count(*) FROM " + marker));
        assertOneState(dataSource, "public");
        assertNotEquals("0", query(dataSource, "SELECT count(*) FROM pgbench_history"));
        restored.command("pg_amcheck", connection(restored, "--install-missing", "--heapallindexed", "-d", "postgres"));
    }

    @Test
    void aBaseBackupRestoresAndIsVerified() throws Exception {
        execute("CREATE TABLE marker_base AS SELECT 1 AS x");
        CommandSource source = CommandSource.of(
                        "orders-db",
                        BackupKind.PHYSICAL,
                        Command.of(PostgreSqlServer.line(
                                        "pg_basebackup",
                                        connection(server, "-D", "-", "-Ft", "-X", "fetch", "-c", "fast")))
                                .directory(Path.of("/"))
                                .limit(Duration.ofMinutes(5)))
                .part("base.tar");
        Outcome outcome = run(source);
        assertEquals(
                Map.of(
                        "program",
                        Path.of(PostgreSqlServer.line("x").get(0)).getFileName().toString()),
                outcome.facts());
        Path directory = Files.createDirectory(work.resolve("server"));
        Path data = Files.createDirectory(PostgreSqlServer.data(directory));
        try (InputStream part = parts.read("base.tar")) {
            Command.of("tar", "-x", "-p", "-f", "-", "-C", data.toString()).feed(part);
        }
        Trees.sh(data, "chmod 700 .");
        Trees.sh(work, "chmod a+x .");
        restored = PostgreSqlServer.restored(directory);
        restored.command("pg_verifybackup", data.toString());
        startAndCheck("marker_base");
    }

    /** The server's files, copied while it runs, between its own two calls. */
    private static final class LowLevel implements BackupHook {
        private final List<Connection> session = new ArrayList<>();

        @Override
        public void before(Parts parts) throws IOException {
            try {
                session.add(database.getConnection());
                try (Statement statement = session.get(0).createStatement()) {
                    statement.execute("SELECT pg_backup_start('holdfast', true)");
                }
            } catch (SQLException failed) {
                throw new IOException(failed);
            }
        }

        @Override
        public Map<String, String> after(Parts parts, Optional<Throwable> failure)
                throws IOException, InterruptedException {
            // Closing the session gives the backup up, if it is not stopped before.
            try (Connection connection = session.remove(0);
                    Statement statement = connection.createStatement();
                    ResultSet stopped = failure.isPresent()
                            ? statement.executeQuery("SELECT 1, 2, 3")
                            : statement.executeQuery("SELECT lsn, labelfile, spcmapfile FROM pg_backup_stop(false)")) {
                if (failure.isPresent() || !stopped.next()) {
                    return Map.of();
                }
                byte[] label = stopped.getString(2).getBytes(StandardCharsets.UTF_8);
                parts.put("backup_label", true, out -> out.write(label));
                BackupSource log = DirectorySource.of(
                                "wal", PostgreSqlServer.data(home).resolve("pg_wal"))
                        .part("pg_wal.tar");
                try (Prepared prepared = log.prepare(Duration.ofSeconds(30))
                        .toCompletableFuture()
                        .join()) {
                    prepared.writeTo(parts);
                }
                return Map.of("stop-lsn", stopped.getString(1));
            } catch (SQLException failed) {
                throw new IOException(failed);
            }
        }
    }

    @Test
    void filesThatAreCopiedBetweenTheServersOwnCallsRestore() throws Exception {
        execute(
                "CREATE TABLE marker_files AS SELECT 1 AS x",
                "ALTER SYSTEM SET wal_keep_size = '512MB'",
                "SELECT pg_reload_conf()");
        BackupSource source = new LowLevel()
                .around(DirectorySource.of("orders-db", PostgreSqlServer.data(home))
                        .leaveOut(path -> path.startsWith("pg_wal") && path.getNameCount() > 1)
                        .leaveOut(path -> path.startsWith("postmaster.pid") || path.startsWith("postmaster.opts"))
                        .leaveOut(path -> path.startsWith("log")));
        Outcome outcome = run(source);
        assertTrue(
                outcome.facts().get("stop-lsn").matches("[0-9A-F]+/[0-9A-F]+"),
                outcome.facts().toString());
        Path directory = Files.createDirectory(work.resolve("server"));
        Path data = Files.createDirectory(PostgreSqlServer.data(directory));
        try (InputStream files = parts.read(DirectorySource.PART)) {
            DirectoryRestore.into(data).unforced().from(files);
        }
        try (InputStream log = parts.read("pg_wal.tar")) {
            DirectoryRestore.into(data.resolve("pg_wal")).unforced().from(log);
        }
        try (InputStream label = parts.read("backup_label")) {
            Files.copy(label, data.resolve("backup_label"));
        }
        Trees.sh(work, "chmod a+x .");
        restored = PostgreSqlServer.restored(directory);
        startAndCheck("marker_files");
    }

    @Test
    void tablesAreOfOneStateWhileTheyAreWrittenTo() throws Exception {
        List<String> tables = List.of("pgbench_branches", "pgbench_tellers", "pgbench_accounts", "pgbench_history");
        JdbcTable[] read = tables.stream().map(JdbcTable::of).toArray(JdbcTable[]::new);
        Outcome outcome = run(JdbcSource.of("bank", database, read));
        assertTrue(
                outcome.facts().get("database").startsWith("PostgreSQL "),
                outcome.facts().toString());
        execute("DROP SCHEMA IF EXISTS bank CASCADE", "CREATE SCHEMA bank");
        List<PartInput> inputs = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            execute("CREATE TABLE bank." + tables.get(i) + " (LIKE public." + tables.get(i) + " INCLUDING ALL)");
            inputs.add(part(JdbcSource.part(i + 1, tables.get(i))));
        }
        Loaded loaded = JdbcLoad.into(database).schema("bank").load(inputs);
        assertEquals(outcome.facts().get("rows"), Long.toString(loaded.inserted()));
        assertOneState(database, "bank");
        assertEquals("100000", query(database, "SELECT count(*) FROM bank.pgbench_accounts"));
    }

    /** Of a key that is looked at by the commit alone, it is known that nothing was kept. */
    @Test
    void aRowThatIsThereIsToldWhenItsKeyIsLookedAtLate() throws Exception {
        execute(
                "CREATE TABLE late (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)",
                "INSERT INTO late VALUES (1), (2)");
        MemoryParts stored = new MemoryParts();
        stored.run(JdbcSource.of("late", database, JdbcTable.of("late")));
        execute("DELETE FROM late WHERE id = 1");
        String conflict = assertThrows(SourceFailedException.class, () -> JdbcLoad.into(database)
                        .load(List.of(() -> stored.read("001-late.jsonl"))))
                .getMessage();
        assertTrue(conflict.contains("nothing was loaded, since a row conflicts with what is there"), conflict);
        assertTrue(conflict.contains("(id)=(2)"), conflict);
        assertEquals("1", query(database, "SELECT count(*) FROM late"));
    }

    @Test
    void aTableOfWhichSomeRowsAreHiddenFails() throws Exception {
        execute(
                "CREATE TABLE secured (id int PRIMARY KEY, tenant text)",
                "INSERT INTO secured VALUES (1, 'mine'), (2, 'other')",
                "ALTER TABLE secured ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY own ON secured USING (tenant = 'mine')",
                "CREATE ROLE limited LOGIN",
                "GRANT SELECT ON secured TO limited");
        PGSimpleDataSource limited = dataSource(server, "postgres");
        limited.setUser("limited");
        assertEquals("1", query(limited, "SELECT count(*) FROM secured"));
        MemoryParts none = new MemoryParts();
        String hidden = assertThrows(
                        SourceFailedException.class,
                        () -> none.run(JdbcSource.of("secured", limited, JdbcTable.of("secured"))))
                .getMessage();
        assertTrue(hidden.contains("row-level security"), hidden);
        assertEquals(Map.of(), none.parts);
        execute("ALTER ROLE limited BYPASSRLS");
        assertEquals(
                "2",
                none.run(JdbcSource.of("secured", limited, JdbcTable.of("secured")))
                        .facts()
                        .get("rows"));
    }

    private static final String ALL_TYPES = """
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz, yes bool, small int2, mid int4,
            price numeric, few float4, many float8, cash money, t text, v varchar(20), c char(5), raw bytea,
            said timestamp, day date, clock time, zoned timetz, during interval, u uuid, j json, jb jsonb,
            nums int4[], words text[], moods mood[], grid float8[][], state mood, pair pairs, plus positive,
            host inet, net cidr, mac macaddr, flags bit(3), more varbit, doc xml, found tsvector, spot point,
            span int4range, object oid, twice int8 GENERATED ALWAYS AS (mid::int8 * 2) STORED
            """;

    private static final String SOME = """
            ('2026-11-29 10:00:00.123456+02', true, -32768, 2147483647, 123456789012345678901234567890.12345678900,
             0.1, 1e-300, '$1,234.56', E'a "b"\\n\\\\ Größe \\u2603', 'v', 'c', '\\x00ff10', '2026-03-29 02:30:00.000001',
             '2026-02-28', '24:00:00', '12:00:00.5+05:30', '1 year 2 months -3 days 04:05:06.789',
             '00112233-4455-6677-8899-aabbccddeeff', '{"a": 1.10, "a": 2}', '{"b": [1, null, 12345678901234567890]}',
             '{1,NULL,-3}', '{"a,b",NULL,"NULL","","q\\"x"}', '{happy,sad}', '{{1,2.5},{NaN,-Infinity}}', 'sad',
             '(1,"x, y")', 7, '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', '101', '10110', '<a>ü</a>',
             'cat:3 fat:2A', '(1.5,-2)', '[1,10)', 4294967295),
            ('2026-11-29 00:00:00+00', false, 0, NULL, 'NaN', 'NaN', '-Infinity', NULL, '', '', '', '', 'infinity',
             '-infinity', '00:00', NULL, '0', NULL, 'null', '[]', '{}', '[2:3]={x,y}', '{}', '{}', 'happy', NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'empty', NULL),
            ('2026-11-28 23:59:59.999999+00', NULL, NULL, NULL, 'Infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             '0044-03-15 12:00:00 BC', '12026-01-01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            ('2026-11-30 00:00:00+00', NULL, NULL, NULL, 0.00, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             NULL, 'infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            ('infinity', NULL, NULL, NULL, -1.500, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            ('-infinity', NULL, NULL, NULL, 1e1000, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
            """;

    private static final String DIFFERENCE =
            "SELECT count(*) FROM ((SELECT o::text FROM odd o WHERE %1$s EXCEPT ALL SELECT o::text FROM odds.odd o)"
                    + " UNION ALL (SELECT o::text FROM odds.odd o EXCEPT ALL SELECT o::text FROM odd o WHERE %1$s)) x";

    @Test
    void everyTypeComesBackAsItWasAndOneDayAlone() throws Exception {
        execute(
                "CREATE TYPE mood AS ENUM ('happy', 'sad')",
                "CREATE TYPE pairs AS (a int, b text)",
                "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
                "CREATE TABLE odd (" + ALL_TYPES + ")",
                "CREATE SCHEMA odds",
                "CREATE TABLE odds.odd (LIKE odd INCLUDING ALL)");
        List<String> columns = new ArrayList<>();
        for (String column : ALL_TYPES.replaceAll("\\s+", " ").split(", ")) {
            columns.add(column.strip().split(" ")[0]);
        }
        columns.removeAll(List.of("id", "twice"));
        execute("INSERT INTO odd (" + String.join(", ", columns) + ") VALUES " + SOME);

        run(JdbcSource.of("odd", database, JdbcTable.of("odd")).fetchSize(2));
        // The driver changes to another format once it has seen a statement a few times.
        MemoryParts again = new MemoryParts();
        try (Connection only = database.getConnection()) {
            for (int i = 0; i < 8; i++) {
                again.parts.clear();
                again.run(JdbcSource.of("odd", JdbcSourceTest.pool(only), JdbcTable.of("odd")));
                try (InputStream first = parts.read("001-odd.jsonl")) {
                    assertEquals(
                            new String(first.readAllBytes(), StandardCharsets.UTF_8),
                            again.text("001-odd.jsonl"),
                            "at run " + i);
                }
            }
        }
        Loaded all = JdbcLoad.into(database).schema("odds").load(List.of(part("001-odd.jsonl")));
        assertEquals(6, all.inserted());
        assertEquals("0", query(database, String.format(DIFFERENCE, "true")));

        String conflict = assertThrows(
                        SourceFailedException.class,
                        () -> JdbcLoad.into(database).schema("odds").load(List.of(part("001-odd.jsonl"))))
                .getMessage();
        assertTrue(conflict.contains("odds.odd") && conflict.contains("id = 1 is there"), conflict);
        execute("UPDATE odds.odd SET t = 'spoilt', nums = NULL", "DELETE FROM odds.odd WHERE id = 2");
        Loaded replaced =
                JdbcLoad.into(database).schema("odds").replaceExisting().load(List.of(part("001-odd.jsonl")));
        assertEquals(List.of(1L, 5L), List.of(replaced.inserted(), replaced.replaced()));
        assertEquals("0", query(database, String.format(DIFFERENCE, "true")));

        execute("TRUNCATE odds.odd");
        parts = new ContainerParts(BackupRepository.directory(Files.createDirectory(work.resolve("day"))));
        Instant midnight = Instant.parse("2026-11-29T00:00:00Z");
        run(JdbcSource.of(
                "odd", database, JdbcTable.of("odd").between("at", midnight, midnight.plus(Duration.ofDays(1)))));
        assertEquals(
                2,
                JdbcLoad.into(database)
                        .schema("odds")
                        .load(List.of(part("001-odd.jsonl")))
                        .inserted());
        assertEquals("0", query(database, String.format(DIFFERENCE, "at >= '2026-11-29Z' AND at < '2026-11-30Z'")));
    }
}
