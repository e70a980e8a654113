package io.holdfast.backup.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.source.JdbcLoad.Loaded;
import io.holdfast.backup.source.JdbcLoad.PartInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a database in memory; what PostgreSQL does is tested with PostgreSQL. */
class JdbcSourceTest {
    private final JdbcDataSource database = new JdbcDataSource();
    private final MemoryParts parts = new MemoryParts();

    @BeforeEach
    void open() throws SQLException {
        database.setURL("jdbc:h2:mem:source;DB_CLOSE_DELAY=-1");
        execute("CREATE SCHEMA copy");
    }

    @AfterEach
    void drop() throws SQLException {
        execute("SHUTDOWN");
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private List<String> rows(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    row.add(found.getString(i));
                }
                rows.add(row.toString());
            }
        }
        return rows;
    }

    private JdbcSource source(JdbcTable... tables) {
        return JdbcSource.of("orders-db", database, tables);
    }

    private PartInput part(String name) {
        return () -> parts.read(name);
    }

    private JdbcLoad copy() {
        return JdbcLoad.into(database).schema("COPY");
    }

    private List<String> lines(String part) {
        return parts.text(part).lines().toList();
    }

    private void makeItems(String schema) throws SQLException {
        execute("CREATE TABLE " + schema
                + ".ITEMS (ID INT PRIMARY KEY, NAME VARCHAR(20), AT TIMESTAMP WITH TIME ZONE)");
    }

    private void fillItems(int count) throws SQLException {
        makeItems("PUBLIC");
        execute("INSERT INTO PUBLIC.ITEMS SELECT X, 'item ' || X, TIMESTAMP WITH TIME ZONE '2026-11-28 23:00:00+00:00'"
                + " + (X * INTERVAL '1' HOUR) FROM SYSTEM_RANGE(1, " + count + ")");
    }

    @Test
    void aPartIsLinesOfJson() throws Exception {
        execute(
                "CREATE TABLE T (ID BIGINT PRIMARY KEY, OK BOOLEAN, PRICE DECIMAL(30, 4), RATE DOUBLE PRECISION, FEW REAL,"
                        + " RAW VARBINARY(10), AT TIMESTAMP(6) WITH TIME ZONE, SAID TIMESTAMP(3), D DATE, NOTE VARCHAR(50), U UUID)",
                "INSERT INTO T VALUES (9007199254740993, TRUE, 12345678901234567890123.4500, 0.1, 0.1, X'00FF10',"
                        + " '2026-11-29 23:30:00.123456+02:00', '2026-03-29 02:30:00.5', '0999-12-31', 'say \"Größe\"\n',"
                        + " '00112233-4455-6677-8899-aabbccddeeff')",
                "INSERT INTO T(ID) VALUES (-1)");
        JdbcSource source = source(JdbcTable.of("T"));
        assertEquals(BackupKind.LOGICAL, source.kind());
        Outcome outcome = parts.run(source);
        assertEquals(
                List.of(
                        "{\"format\":\"holdfast-table-1\",\"schema\":\"PUBLIC\",\"table\":\"T\",\"columns\":["
                                + "{\"name\":\"ID\",\"type\":\"BIGINT\",\"as\":\"integer\"},"
                                + "{\"name\":\"OK\",\"type\":\"BOOLEAN\",\"as\":\"boolean\"},"
                                + "{\"name\":\"PRICE\",\"type\":\"DECIMAL\",\"as\":\"decimal\"},"
                                + "{\"name\":\"RATE\",\"type\":\"DOUBLE PRECISION\",\"as\":\"double\"},"
                                + "{\"name\":\"FEW\",\"type\":\"REAL\",\"as\":\"single\"},"
                                + "{\"name\":\"RAW\",\"type\":\"BINARY VARYING\",\"as\":\"bytes\"},"
                                + "{\"name\":\"AT\",\"type\":\"TIMESTAMP WITH TIME ZONE\",\"as\":\"instant\"},"
                                + "{\"name\":\"SAID\",\"type\":\"TIMESTAMP\",\"as\":\"local\"},"
                                + "{\"name\":\"D\",\"type\":\"DATE\",\"as\":\"date\"},"
                                + "{\"name\":\"NOTE\",\"type\":\"CHARACTER VARYING\",\"as\":\"text\"},"
                                + "{\"name\":\"U\",\"type\":\"UUID\",\"as\":\"text\"}],"
                                + "\"key\":[\"ID\"],\"condition\":null}",
                        "[-1,null,null,null,null,null,null,null,null,null,null]",
                        "[9007199254740993,true,\"12345678901234567890123.4500\",0.1,0.1,\"AP8Q\","
                                + "\"2026-11-29T21:30:00.123456Z\",\"2026-03-29T02:30:00.500\",\"0999-12-31\","
                                + "\"say \\\"Größe\\\"\\n\",\"00112233-4455-6677-8899-aabbccddeeff\"]",
                        "{\"rows\":2}"),
                lines("001-T.jsonl"));
        assertEquals("1", outcome.facts().get("tables"));
        assertEquals("2", outcome.facts().get("rows"));
        assertTrue(
                outcome.facts().get("database").startsWith("H2 "),
                outcome.facts().toString());
        execute("CREATE TABLE COPY.T AS SELECT * FROM PUBLIC.T WHERE 1 = 0");
        assertEquals(new Loaded(1, 2, 0, 0, List.of()), copy().load(List.of(part("001-T.jsonl"))));
        // The moment is kept, and not the zone that it was written in.
        String all = "SELECT ID, OK, PRICE, RATE, FEW, RAW, \"AT\" AT TIME ZONE 'UTC', SAID, D, NOTE, U FROM ";
        assertEquals(rows(all + "PUBLIC.T ORDER BY ID"), rows(all + "COPY.T ORDER BY ID"));
    }

    @Test
    void floatingNumbersThatAreNoneAreKept() throws Exception {
        execute(
                "CREATE TABLE T (A DOUBLE PRECISION, B REAL)",
                "CREATE TABLE COPY.T (A DOUBLE PRECISION, B REAL)",
                "INSERT INTO T VALUES ('NaN', '-Infinity'), ('Infinity', 'NaN'), (4.9E-324, 3.4028235E38), (-0.0, 1)");
        parts.run(source(JdbcTable.of("T")));
        assertEquals(4, copy().load(List.of(part("001-T.jsonl"))).inserted());
        assertEquals(rows("SELECT * FROM PUBLIC.T ORDER BY A"), rows("SELECT * FROM COPY.T ORDER BY A"));
        assertTrue(lines("001-T.jsonl").contains("[\"NaN\",\"-Infinity\"]"), parts.text("001-T.jsonl"));
    }

    /** H2 that says it is MySQL: the types that it tells of these columns are the same. */
    private JdbcSource mySql(Connection only, String table) {
        Connection renamed = proxy(
                Connection.class,
                (method, result) -> {
                    if (!method.getName().equals("getMetaData")) {
                        return result;
                    }
                    return proxy(
                            DatabaseMetaData.class,
                            (asked, told) -> asked.getName().equals("getDatabaseProductName") ? "MySQL" : told,
                            result);
                },
                only);
        return JdbcSource.of("orders-db", pool(renamed), JdbcTable.of(table));
    }

    @FunctionalInterface
    private interface Retelling {
        Object retold(Method method, Object result);
    }

    private static <T> T proxy(Class<T> type, Retelling retelling, Object of) {
        return type.cast(Proxy.newProxyInstance(
                JdbcSourceTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return retelling.retold(method, method.invoke(of, arguments));
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                }));
    }

    @Test
    void aColumnThatMySqlsDriverChangesIsRefusedAndNamed() throws Exception {
        execute(
                "CREATE TABLE FLAGS (ID INT PRIMARY KEY, FLAG BOOLEAN)",
                "CREATE TABLE MOMENTS (ID INT PRIMARY KEY, SAID TIMESTAMP)",
                "CREATE TABLE NUMBERS (ID INT PRIMARY KEY, SMALL TINYINT)",
                "INSERT INTO NUMBERS VALUES (1, 5)");
        try (Connection only = database.getConnection()) {
            assertFails(mySql(only, "FLAGS"), "table FLAGS: the column FLAG of the type BOOLEAN");
            assertFails(mySql(only, "MOMENTS"), "table MOMENTS: the column SAID of the type TIMESTAMP");
            parts.run(mySql(only, "NUMBERS"));
        }
        assertTrue(lines("001-NUMBERS.jsonl").contains("[1,5]"), parts.text("001-NUMBERS.jsonl"));
    }

    @Test
    void allTablesAreOfOneState() throws Exception {
        fillItems(3);
        execute("CREATE TABLE LINES (ID INT PRIMARY KEY)", "INSERT INTO LINES VALUES (1)");
        MemoryParts changing = new MemoryParts() {
            @Override
            public void put(String part, boolean compressed, Content content) throws IOException {
                super.put(part, compressed, content);
                try {
                    execute("DELETE FROM LINES", "INSERT INTO LINES VALUES (2), (3)", "DELETE FROM ITEMS");
                } catch (SQLException failed) {
                    throw new IOException(failed);
                }
            }
        };
        assertEquals(
                "4",
                changing.run(source(JdbcTable.of("ITEMS"), JdbcTable.of("LINES")))
                        .facts()
                        .get("rows"));
        assertEquals(
                List.of("[1]", "{\"rows\":1}"),
                changing.text("002-LINES.jsonl").lines().skip(1).toList());
    }

    @Test
    void rowsOfAPeriodAreFromItsBeginningAndBeforeItsEnd() throws Exception {
        fillItems(48);
        parts.run(source(JdbcTable.of("ITEMS")
                .between("AT", Instant.parse("2026-11-29T01:00:00Z"), Instant.parse("2026-11-29T03:00:00Z"))));
        List<String> lines = lines("001-ITEMS.jsonl");
        assertEquals(4, lines.size(), lines.toString());
        assertTrue(lines.get(1).startsWith("[2,") && lines.get(2).startsWith("[3,"), lines.toString());
        assertTrue(
                lines.get(0).contains("\"condition\":\"AT from 2026-11-29T01:00:00Z to before 2026-11-29T03:00:00Z\""),
                lines.get(0));
    }

    @Test
    void aPeriodWithoutAZoneIsForAColumnWithoutOne() throws Exception {
        execute(
                "CREATE TABLE T (SAID TIMESTAMP, D DATE)",
                "INSERT INTO T VALUES ('2026-11-28 23:59:59', '2026-11-28'), ('2026-11-29 00:00:00', '2026-11-29'),"
                        + " ('2026-11-30 00:00:00', '2026-11-30')");
        LocalDateTime from = LocalDateTime.parse("2026-11-29T00:00:00");
        parts.run(source(
                JdbcTable.of("T").between("SAID", from, from.plusDays(1)),
                JdbcTable.of("T").between("D", from, from.plusDays(1))));
        assertEquals("{\"rows\":1}", lines("001-T.jsonl").get(2));
        assertEquals("{\"rows\":1}", lines("002-T.jsonl").get(2));
        Instant moment = Instant.parse("2026-11-29T00:00:00Z");
        assertFails(source(JdbcTable.of("T").between("SAID", moment, moment)), "for one with a time zone");
        makeItems("PUBLIC");
        assertFails(source(JdbcTable.of("ITEMS").between("AT", from, from)), "for one without a time zone");
    }

    private void assertFails(JdbcSource source, String why) {
        MemoryParts none = new MemoryParts();
        String message = assertThrows(SourceFailedException.class, () -> none.run(source))
                .getMessage();
        assertTrue(message.contains(why), message);
        assertEquals(Map.of(), none.parts);
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertFails(source(JdbcTable.of("NONE")), "NONE");
        assertFails(source(JdbcTable.of("NOWHERE", "ITEMS")), "NOWHERE");
    }

    @Test
    void namesAreQuoted() throws Exception {
        execute(
                "CREATE SCHEMA \"my \"\"s\"",
                "CREATE TABLE \"my \"\"s\".\"a;b _%\" (\"select\" INT PRIMARY KEY, \"B\"\" x\" INT)");
        execute("INSERT INTO \"my \"\"s\".\"a;b _%\" VALUES (1, 2)");
        parts.run(source(JdbcTable.of("my \"s", "a;b _%")));
        execute("DELETE FROM \"my \"\"s\".\"a;b _%\"");
        JdbcLoad.into(database).load(List.of(part("001-a_b___.jsonl")));
        assertEquals(List.of("[1, 2]"), rows("SELECT * FROM \"my \"\"s\".\"a;b _%\""));
    }

    @Test
    void anInterruptEndsIt() throws Exception {
        fillItems(10);
        MemoryParts interrupting = new MemoryParts() {
            @Override
            public void put(String part, boolean compressed, Content content) throws IOException {
                Thread.currentThread().interrupt();
                super.put(part, compressed, content);
            }
        };
        assertThrows(InterruptedException.class, () -> interrupting.run(source(JdbcTable.of("ITEMS"))));
        assertEquals(Map.of(), interrupting.parts);
    }

    /** One connection for all, as a pool gives it again. */
    static DataSource pool(Connection only) {
        return pool(only, "nothing");
    }

    /** One that loses the connection in that call. */
    private static DataSource pool(Connection only, String lostIn) {
        return pool(only, (method, arguments) -> method.equals(lostIn));
    }

    private static DataSource pool(Connection only, BiPredicate<String, Object[]> lost) {
        Object connection = Proxy.newProxyInstance(
                JdbcSourceTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (lost.test(method.getName(), arguments)) {
                        throw new SQLException("the connection is lost");
                    }
                    try {
                        return method.getName().equals("close") ? null : method.invoke(only, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
        return (DataSource) Proxy.newProxyInstance(
                JdbcSourceTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> connection);
    }

    @Test
    void aConnectionIsGivenBackAsItWas() throws Exception {
        fillItems(2);
        makeItems("COPY");
        try (Connection only = database.getConnection()) {
            int isolation = only.getTransactionIsolation();
            parts.run(JdbcSource.of("orders-db", pool(only), JdbcTable.of("ITEMS")));
            JdbcLoad.into(pool(only)).schema("COPY").load(List.of(part("001-ITEMS.jsonl")));
            assertTrue(only.getAutoCommit());
            assertFalse(only.isReadOnly());
            assertEquals(isolation, only.getTransactionIsolation());
        }
        assertEquals(List.of("[2]"), rows("SELECT COUNT(*) FROM COPY.ITEMS"));
    }

    // The way back.

    @Test
    void aCommitWithoutAnAnswerIsNotTakenForARefusal() throws Exception {
        fillItems(2);
        makeItems("COPY");
        parts.run(source(JdbcTable.of("ITEMS")));
        try (Connection only = database.getConnection()) {
            String commit = refused(JdbcLoad.into(pool(only, "commit")).schema("COPY"), part("001-ITEMS.jsonl"));
            assertTrue(commit.contains("look for it") && commit.contains("is lost"), commit);
            assertFalse(commit.contains("nothing was loaded"), commit);
        }
    }

    @Test
    void whatFailsAfterTheCommitIsNoRefusal() throws Exception {
        fillItems(2);
        makeItems("COPY");
        parts.run(source(JdbcTable.of("ITEMS")));
        for (String lostIn : List.of("close", "setAutoCommit")) {
            execute("DELETE FROM COPY.ITEMS");
            try (Connection only = database.getConnection()) {
                DataSource lost = pool(
                        only,
                        (method, arguments) ->
                                method.equals(lostIn) && (arguments == null || arguments[0].equals(true)));
                Loaded loaded = JdbcLoad.into(lost).schema("COPY").load(List.of(part("001-ITEMS.jsonl")));
                assertEquals(2, loaded.inserted(), lostIn);
            }
            assertEquals(List.of("[2]"), rows("SELECT COUNT(*) FROM COPY.ITEMS"), lostIn);
        }
    }

    @Test
    void whatFailedIsToldAlsoIfTheConnectionIsLost() throws Exception {
        fillItems(2);
        makeItems("COPY");
        execute("INSERT INTO COPY.ITEMS VALUES (2, 'mine', NULL)");
        parts.run(source(JdbcTable.of("ITEMS")));
        try (Connection only = database.getConnection()) {
            // Lost when it is to be given back, after it was asked which key that is; and before it can be asked.
            String key = refused(JdbcLoad.into(losing(only, 2)).schema("COPY"), part("001-ITEMS.jsonl"));
            assertTrue(key.contains("ID = 2 is there"), key);
            String words = refused(JdbcLoad.into(losing(only, 1)).schema("COPY"), part("001-ITEMS.jsonl"));
            assertTrue(words.contains("a row conflicts with what is there") && words.contains("2, 'mine'"), words);
        }
    }

    /** One that loses the connection in that rollback and in all that follow. */
    private static DataSource losing(Connection only, int rollback) {
        AtomicInteger rollbacks = new AtomicInteger();
        return pool(only, (method, arguments) -> method.equals("rollback") && rollbacks.incrementAndGet() >= rollback);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 499, 500, 10_000})
    void allRowsAreLoadedWhateverTheBatch(int batch) throws Exception {
        fillItems(1_000);
        makeItems("COPY");
        parts.run(source(JdbcTable.of("ITEMS")).fetchSize(batch));
        Loaded loaded = copy().batch(batch).load(List.of(part("001-ITEMS.jsonl")));
        assertEquals(new Loaded(1, 1_000, 0, 0, List.of()), loaded);
        assertEquals(rows("SELECT * FROM PUBLIC.ITEMS ORDER BY ID"), rows("SELECT * FROM COPY.ITEMS ORDER BY ID"));
    }

    private String refused(JdbcLoad load, PartInput... inputs) {
        return assertThrows(SourceFailedException.class, () -> load.load(List.of(inputs)))
                .getMessage();
    }

    @Test
    void aRowThatIsThereIsNamedAndNothingIsLoaded() throws Exception {
        fillItems(1_000);
        execute(
                "CREATE TABLE LINES (A INT, B VARCHAR(5), PRIMARY KEY (B, A))",
                "INSERT INTO LINES VALUES (1, 'x'), (2, 'y')");
        parts.run(source(JdbcTable.of("ITEMS"), JdbcTable.of("LINES")));
        makeItems("COPY");
        execute(
                "CREATE TABLE COPY.LINES (A INT, B VARCHAR(5), PRIMARY KEY (B, A))",
                "INSERT INTO COPY.LINES VALUES (2, 'y')");
        String message = refused(copy(), part("001-ITEMS.jsonl"), part("002-LINES.jsonl"));
        assertTrue(message.contains("COPY.LINES") && message.contains("B = y, A = 2 is there"), message);
        assertEquals(List.of("[0]"), rows("SELECT COUNT(*) FROM COPY.ITEMS"));
        assertEquals(List.of("[1]"), rows("SELECT COUNT(*) FROM COPY.LINES"));
    }

    @Test
    void anotherConflictIsToldInTheDatabasesWords() throws Exception {
        fillItems(2);
        parts.run(source(JdbcTable.of("ITEMS")));
        execute("CREATE TABLE COPY.ITEMS (ID INT PRIMARY KEY, NAME VARCHAR(20) UNIQUE, AT TIMESTAMP WITH TIME ZONE)");
        execute("INSERT INTO COPY.ITEMS VALUES (99, 'item 2', NULL)");
        String message = refused(copy(), part("001-ITEMS.jsonl"));
        assertTrue(message.contains("a row conflicts with what is there") && message.contains("item 2"), message);
        assertEquals(List.of("[1]"), rows("SELECT COUNT(*) FROM COPY.ITEMS"));
    }

    @Test
    void rowsThatAreThereAreReplacedIfTold() throws Exception {
        fillItems(10);
        parts.run(source(JdbcTable.of("ITEMS")));
        makeItems("COPY");
        execute("INSERT INTO COPY.ITEMS VALUES (3, 'other', NULL), (10, 'other', NULL), (11, 'mine', NULL)");
        Loaded loaded = copy().batch(4).replaceExisting().load(List.of(part("001-ITEMS.jsonl")));
        assertEquals(new Loaded(1, 8, 2, 0, List.of()), loaded);
        assertEquals(
                rows("SELECT * FROM PUBLIC.ITEMS ORDER BY ID"),
                rows("SELECT * FROM COPY.ITEMS WHERE ID < 11 ORDER BY ID"));
        assertEquals(List.of("[mine]"), rows("SELECT NAME FROM COPY.ITEMS WHERE ID = 11"));
    }

    @Test
    void rowsOfAKeyAloneAreReplacedToo() throws Exception {
        execute("CREATE TABLE T (A INT PRIMARY KEY)", "CREATE TABLE COPY.T (A INT PRIMARY KEY)");
        execute("INSERT INTO T VALUES (1), (2)", "INSERT INTO COPY.T VALUES (2)");
        parts.run(source(JdbcTable.of("T")));
        assertEquals(new Loaded(1, 1, 1, 0, List.of()), copy().replaceExisting().load(List.of(part("001-T.jsonl"))));
    }

    @Test
    void withoutAKeyNothingIsReplaced() throws Exception {
        execute("CREATE TABLE T (A INT)", "CREATE TABLE COPY.T (A INT)", "INSERT INTO T VALUES (1), (1)");
        parts.run(source(JdbcTable.of("T")));
        String message = refused(copy().replaceExisting(), part("001-T.jsonl"));
        assertTrue(message.contains("no primary key"), message);
        assertEquals(2, copy().load(List.of(part("001-T.jsonl"))).inserted());
    }

    @Test
    void someRowsAloneAreLoaded() throws Exception {
        fillItems(10);
        makeItems("COPY");
        parts.run(source(JdbcTable.of("ITEMS")));
        Loaded loaded = copy().onlyRows(
                        (table, row) -> table.equals("ITEMS") && row.get("NAME").equals("item 7"))
                .load(List.of(part("001-ITEMS.jsonl")));
        assertEquals(new Loaded(1, 1, 0, 9, List.of()), loaded);
        assertEquals(List.of("[7]"), rows("SELECT ID FROM COPY.ITEMS"));
    }

    @Test
    void whatTheDatabaseFillsItselfIsLeftToItOrRemarked() throws Exception {
        String columns =
                "(ID INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, A INT, TWICE INT GENERATED ALWAYS AS (A * 2))";
        execute("CREATE TABLE T " + columns, "CREATE TABLE COPY.T " + columns, "INSERT INTO T (A) VALUES (5), (6)");
        parts.run(source(JdbcTable.of("T")));
        Loaded loaded = copy().load(List.of(part("001-T.jsonl")));
        assertEquals(List.of("[1, 5, 10]", "[2, 6, 12]"), rows("SELECT * FROM COPY.T ORDER BY ID"));
        assertEquals(1, loaded.remarks().size(), loaded.remarks().toString());
        assertTrue(
                loaded.remarks().get(0).contains("the counter of the column ID"),
                loaded.remarks().toString());
    }

    @Test
    void aTableOrColumnThatIsNotThereIsNamed() throws Exception {
        fillItems(1);
        parts.run(source(JdbcTable.of("ITEMS")));
        String none = refused(copy(), part("001-ITEMS.jsonl"));
        assertTrue(none.contains("COPY.ITEMS: there is no such table"), none);
        execute("CREATE TABLE COPY.ITEMS (ID INT PRIMARY KEY, AT TIMESTAMP WITH TIME ZONE)");
        String column = refused(copy(), part("001-ITEMS.jsonl"));
        assertTrue(column.contains("no columns [NAME]"), column);
    }

    @Test
    void nothingOfAPartThatIsNotWholeIsLoaded() throws Exception {
        fillItems(100);
        makeItems("COPY");
        parts.run(source(JdbcTable.of("ITEMS")));
        byte[] whole = parts.bytes("001-ITEMS.jsonl");
        String text = parts.text("001-ITEMS.jsonl");
        List<String> broken = List.of(
                text.substring(0, text.indexOf("{\"rows\"")),
                text.replace("{\"rows\":100}", "{\"rows\":99}"),
                text + "[1]\n",
                text.replace("holdfast-table-1", "holdfast-table-2"),
                text.replace("\"item 50\",", ""),
                "");
        for (String part : broken) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            assertThrows(SourceFailedException.class, () -> copy().batch(10)
                    .load(List.of(() -> new ByteArrayInputStream(bytes))));
            assertEquals(List.of("[0]"), rows("SELECT COUNT(*) FROM COPY.ITEMS"));
        }
        IOException damaged = new IOException("damaged");
        assertEquals(damaged, assertThrows(IOException.class, () -> copy().batch(10)
                .load(List.of(() -> BrokenInput.after(whole, damaged)))));
        assertEquals(List.of("[0]"), rows("SELECT COUNT(*) FROM COPY.ITEMS"));
    }
}
