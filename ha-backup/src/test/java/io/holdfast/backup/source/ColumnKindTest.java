package io.holdfast.backup.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.Types;
import org.junit.jupiter.api.Test;

/** What drivers say of columns whose values a wrong kind would change. */
class ColumnKindTest {
    @Test
    void onlyWhatIsABooleanIsOne() {
        assertEquals(ColumnKind.BOOLEAN, ColumnKind.of(Types.BOOLEAN, "BOOLEAN"));
        assertEquals(ColumnKind.BOOLEAN, ColumnKind.of(Types.BIT, "bool"));
        assertEquals(ColumnKind.TEXT, ColumnKind.of(Types.BIT, "bit"));
        assertEquals(ColumnKind.TEXT, ColumnKind.of(Types.BIT, "BIT"));
        assertEquals(ColumnKind.INTEGER, ColumnKind.of(Types.BIT, "TINYINT"));
        assertEquals(ColumnKind.INTEGER, ColumnKind.of(Types.TINYINT, "TINYINT"));
        assertEquals(ColumnKind.DECIMAL, ColumnKind.of(Types.BIT, "TINYINT UNSIGNED"));
    }

    @Test
    void whatMySqlsDriversChangeIsNamed() {
        assertNotNull(ColumnKind.lostOfMySql(Types.BIT, "BIT"));
        assertNotNull(ColumnKind.lostOfMySql(Types.BOOLEAN, "BOOLEAN"));
        assertNotNull(ColumnKind.lostOfMySql(Types.TIMESTAMP, "TIMESTAMP"));
        assertNull(ColumnKind.lostOfMySql(Types.BIT, "TINYINT"));
        assertNull(ColumnKind.lostOfMySql(Types.TINYINT, "TINYINT"));
        assertNull(ColumnKind.lostOfMySql(Types.TIMESTAMP, "DATETIME"));
        assertNull(ColumnKind.lostOfMySql(Types.VARCHAR, "VARCHAR"));
    }
}
