package io.holdfast.backup.source;

import static io.holdfast.backup.source.PostgreSqlSourcesTest.execute;
import static io.holdfast.backup.source.PostgreSqlSourcesTest.query;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.source.JdbcLoad.Loaded;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logical backups of a real MariaDB server, by its own command and by JDBC, while it is written to. */
@Timeout(300)
class MariaDbSourcesTest {
    private static final int ACCOUNTS = 2_000;
    private static final String SUM = "SELECT sum(balance) FROM account";

    @TempDir
    static Path home;

    private static MariaDbServer server;
    private static DataSource bank;
    private static DataSource restored;
    private static Thread transfers;
    private static final AtomicReference<String> FAILED = new AtomicReference<>("");

    private final MemoryParts parts = new MemoryParts();

    @BeforeAll
    static void startServer() throws Exception {
        assumeTrue(MariaDbServer.isInstalled(), MariaDbServer.HOW_TO_INSTALL);
        server = MariaDbServer.start(home);
        bank = server.dataSource("bank");
        restored = server.dataSource("restored");
        awaitServer();
        execute(bank, "CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL)");
        StringBuilder rows = new StringBuilder("INSERT INTO account VALUES (0, 100)");
        for (int i = 1; i < ACCOUNTS; i++) {
            rows.append(", (").append(i).append(", 100)");
        }
        execute(bank, rows.toString());
        CountDownLatch begun = new CountDownLatch(10);
        transfers = new Thread(() -> transfer(begun), "transfers");
        transfers.start();
        begun.await();
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (transfers != null) {
            transfers.interrupt();
            transfers.join();
        }
        if (server != null) {
            server.stop();
        }
        assertEquals("", FAILED.get());
    }

    private static void awaitServer() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            try {
                query(bank, "SELECT 1");
                return;
            } catch (SQLException notYet) {
                assertTrue(server.isAlive(), server.said());
                assertFalse(never.await(50, TimeUnit.MILLISECONDS));
            }
        }
    }

    /** From one account to another, in one transaction each: the sum never changes. */
    private static void transfer(CountDownLatch begun) {
        try (Connection connection = bank.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                int from = i * 7 % ACCOUNTS;
                int to = (i * 13 + 1) % ACCOUNTS;
                statement.execute("UPDATE account SET balance = balance - 1 WHERE id = " + from);
                statement.execute("UPDATE account SET balance = balance + 1 WHERE id = " + to);
                connection.commit();
                begun.countDown();
            }
        } catch (SQLException failed) {
            if (!Thread.currentThread().isInterrupted()) {
                FAILED.set(failed.toString());
            }
        }
    }

    private static Command dump(String... arguments) {
        return Command.of(server.line("mariadb-dump", arguments)).limit(Duration.ofMinutes(2));
    }

    @Test
    void itsOwnDumpIsOfOneStateAndRestores() throws Exception {
        parts.run(CommandSource.of(
                "bank", BackupKind.LOGICAL, dump("--single-transaction", "--skip-lock-tables", "bank", "account")));
        execute(restored, "DROP TABLE IF EXISTS account");
        Command.of(server.line("mariadb", "restored")).feed(new ByteArrayInputStream(parts.bytes("output")));
        assertEquals(Integer.toString(ACCOUNTS), query(restored, "SELECT count(*) FROM account"));
        assertEquals(Integer.toString(ACCOUNTS * 100), query(restored, SUM));
    }

    @Test
    void aDumpThatFailsIsNoBackup() {
        String message = assertThrows(
                        SourceFailedException.class,
                        () -> parts.run(
                                CommandSource.of("bank", BackupKind.LOGICAL, dump("bank", "account", "no_such_table"))))
                .getMessage();
        assertTrue(message.contains("no_such_table"), message);
    }

    @Test
    void tablesAreOfOneStateWhileTheyAreWrittenTo() throws Exception {
        Outcome outcome = parts.run(JdbcSource.of("bank", bank, JdbcTable.of("account")));
        assertTrue(
                outcome.facts().get("database").startsWith("MariaDB "),
                outcome.facts().toString());
        assertEquals(Integer.toString(ACCOUNTS), outcome.facts().get("rows"));
        execute(
                restored,
                "DROP TABLE IF EXISTS account",
                "CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL)");
        String part = JdbcSource.part(1, "account");
        assertEquals(
                ACCOUNTS,
                JdbcLoad.into(restored)
                        .load(List.of(() -> new ByteArrayInputStream(parts.bytes(part))))
                        .inserted());
        assertEquals(Integer.toString(ACCOUNTS * 100), query(restored, SUM));
    }

    private static final String ALL_TYPES = """
            id BIGINT UNSIGNED PRIMARY KEY, placed DATETIME(6), yes TINYINT(1), small SMALLINT, mid INT UNSIGNED, price DECIMAL(30,10),
            few FLOAT, many DOUBLE, t TEXT, v VARCHAR(20), c CHAR(5), raw BLOB, bin VARBINARY(8), day DATE, j JSON,
            state ENUM('happy', 'sad'), flags SET('a', 'b', 'c')
            """;

    private static final String SOME = """
            (18446744073709551615, '2026-11-29 10:00:00.123456', 5, -32768, 4294967295, 12345678901234567890.1234567890,
             0.1, 1e-300, 'a "b"\\n\\\\ Größe \\u2603', 'v', 'c', X'00FF10', X'01', '2026-02-28', '{"a": 1.10}', 'sad', 'a,c'),
            (1, '2026-11-29 00:00:00', 0, 0, 0, 0, 0, 0, '', '', '', X'', X'', '1000-01-01', '[]', 'happy', ''),
            (2, '2026-11-28 23:59:59.999999', NULL, NULL, NULL, -1.5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '9999-12-31', NULL,
             NULL, NULL),
            (3, '2026-11-30 00:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
            """;

    private static final String DIFFERENCE =
            "SELECT count(*) FROM ((SELECT * FROM bank.odd WHERE %1$s EXCEPT SELECT * FROM restored.odd)"
                    + " UNION ALL (SELECT * FROM restored.odd EXCEPT SELECT * FROM bank.odd WHERE %1$s)) x";

    @Test
    void typesComeBackAsTheyWereAndOneDayAlone() throws Exception {
        for (DataSource each : List.of(bank, restored)) {
            execute(each, "DROP TABLE IF EXISTS odd", "CREATE TABLE odd (" + ALL_TYPES + ") DEFAULT CHARSET utf8mb4");
        }
        execute(bank, "INSERT INTO odd VALUES " + SOME);
        parts.run(JdbcSource.of("odd", bank, JdbcTable.of("odd")));
        Loaded all = load();
        assertEquals(4, all.inserted());
        assertEquals("0", query(bank, String.format(DIFFERENCE, "true")));

        String conflict = assertThrows(SourceFailedException.class, this::load).getMessage();
        assertTrue(conflict.contains("odd") && conflict.contains("is there"), conflict);
        execute(restored, "UPDATE odd SET t = 'spoilt'", "DELETE FROM odd WHERE id = 2");
        Loaded replaced = JdbcLoad.into(restored)
                .replaceExisting()
                .load(List.of(() -> new ByteArrayInputStream(parts.bytes("001-odd.jsonl"))));
        assertEquals(List.of(1L, 3L), List.of(replaced.inserted(), replaced.replaced()));
        assertEquals("0", query(bank, String.format(DIFFERENCE, "true")));

        execute(restored, "TRUNCATE odd");
        parts.parts.clear();
        LocalDateTime midnight = LocalDateTime.parse("2026-11-29T00:00:00");
        parts.run(JdbcSource.of("odd", bank, JdbcTable.of("odd").between("placed", midnight, midnight.plusDays(1))));
        assertEquals(2, load().inserted());
        assertEquals("0", query(bank, String.format(DIFFERENCE, "placed >= '2026-11-29' AND placed < '2026-11-30'")));
    }

    private Loaded load() throws Exception {
        return JdbcLoad.into(restored).load(List.of(() -> new ByteArrayInputStream(parts.bytes("001-odd.jsonl"))));
    }

    /** The driver gives it as a local time of the session's zone, which says another moment elsewhere. */
    @Test
    void whatWouldNotBeStoredAsItIsFails() throws Exception {
        for (String type : List.of("TIMESTAMP NULL", "BIT(3)")) {
            execute(bank, "DROP TABLE IF EXISTS moments", "CREATE TABLE moments (id INT PRIMARY KEY, at " + type + ")");
            String message = assertThrows(
                            SourceFailedException.class,
                            () -> parts.run(JdbcSource.of("moments", bank, JdbcTable.of("moments"))))
                    .getMessage();
            assertTrue(message.contains("moments") && message.contains("column at"), message);
        }
    }
}
