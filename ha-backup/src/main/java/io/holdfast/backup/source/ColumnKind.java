package io.holdfast.backup.source;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How the values of a column are written, so that none of them changes on its way. What has no form of its own is the database's text. */
@SuppressWarnings("ImmutableEnumChecker") // functions without state
enum ColumnKind {
    BOOLEAN(ResultSet::getBoolean, (to, at, value, postgres) -> to.setBoolean(at, value.booleanValue())),
    INTEGER(ResultSet::getLong, (to, at, value, postgres) -> to.setLong(at, value.longValue())),
    SINGLE(ResultSet::getFloat, (to, at, value, postgres) -> to.setFloat(at, Float.parseFloat(value.asText()))),
    DOUBLE(ResultSet::getDouble, (to, at, value, postgres) -> to.setDouble(at, Double.parseDouble(value.asText()))),
    /** As text, since readers of JSON round numbers; also {@code NaN} and {@code Infinity}. */
    DECIMAL(ResultSet::getString, ColumnKind::bindDecimal),
    /** Base64. */
    BYTES(
            ColumnKind::base64,
            (to, at, value, postgres) -> to.setBytes(at, Base64.getDecoder().decode(value.asText()))),
    /** A moment, in UTC. */
    INSTANT(
            (row, column) -> text(
                    row.getObject(column, OffsetDateTime.class),
                    OffsetDateTime.MIN,
                    OffsetDateTime.MAX,
                    time -> time.withOffsetSameInstant(ZoneOffset.UTC).toString()),
            (to, at, value, postgres) ->
                    to.setObject(at, time(value, OffsetDateTime.MIN, OffsetDateTime.MAX, OffsetDateTime::parse))),
    /** A date and a time of some place that the database does not tell. */
    LOCAL(
            (row, column) -> text(
                    row.getObject(column, LocalDateTime.class),
                    LocalDateTime.MIN,
                    LocalDateTime.MAX,
                    LocalDateTime::toString),
            (to, at, value, postgres) ->
                    to.setObject(at, time(value, LocalDateTime.MIN, LocalDateTime.MAX, LocalDateTime::parse))),
    DATE(
            (row, column) ->
                    text(row.getObject(column, LocalDate.class), LocalDate.MIN, LocalDate.MAX, LocalDate::toString),
            (to, at, value, postgres) -> to.setObject(at, time(value, LocalDate.MIN, LocalDate.MAX, LocalDate::parse))),
    TEXT(ResultSet::getString, ColumnKind::bindText);

    private static final String EVER = "infinity";

    private final Getter getter;
    private final Setter setter;

    ColumnKind(Getter getter, Setter setter) {
        this.getter = getter;
        this.setter = setter;
    }

    /** Gets a value as it is written: a boolean, a number or text; anything if it is null, as {@link ResultSet#wasNull} tells. */
    @FunctionalInterface
    private interface Getter {
        @Nullable
        Object get(ResultSet row, int column) throws SQLException;
    }

    /** Sets a value that is not null. */
    @FunctionalInterface
    private interface Setter {
        void set(PreparedStatement to, int at, JsonNode value, boolean postgres) throws SQLException;
    }

    /** Writes the value of a column. */
    void write(ResultSet row, int column, JsonGenerator json) throws SQLException, IOException {
        Object value = getter.get(row, column);
        if (value == null || row.wasNull()) {
            json.writeNull();
        } else {
            json.writePOJO(value);
        }
    }

    /** Sets a parameter of a statement to what was written; null, too. */
    void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
        if (value.isNull()) {
            statement.setNull(parameter, Types.NULL);
        } else {
            setter.set(statement, parameter, value, postgres);
        }
    }

    static ColumnKind of(int type, String typeName) {
        String name = typeName.toLowerCase(Locale.ROOT);
        if (name.contains("unsigned")) {
            return DECIMAL;
        } else if (name.equals("uuid")) {
            return TEXT; // some drivers say that these are bytes
        }
        return switch (type) {
            case Types.BOOLEAN -> BOOLEAN;
            case Types.BIT -> ofBits(name);
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> INTEGER;
            case Types.REAL -> SINGLE;
            case Types.FLOAT, Types.DOUBLE -> name.equals("money") ? TEXT : DOUBLE;
            case Types.NUMERIC, Types.DECIMAL -> DECIMAL;
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> BYTES;
            case Types.TIMESTAMP_WITH_TIMEZONE -> INSTANT;
            case Types.TIMESTAMP -> name.equals("timestamptz") ? INSTANT : LOCAL;
            case Types.DATE -> DATE;
            default -> TEXT;
        };
    }

    /** PostgreSQL's driver says BIT of booleans, too, and MySQL's of numbers of one digit. */
    private static ColumnKind ofBits(String name) {
        return switch (name) {
            case "bool" -> BOOLEAN;
            case "tinyint" -> INTEGER;
            default -> TEXT;
        };
    }

    /**
     * Why a column of MySQL or MariaDB would lose something on its way; null if it would not. Their drivers call a TINYINT(1) a bit or a boolean,
     * whatever numbers are in it, and give a moment as a local time of the session.
     */
    static @Nullable String lostOfMySql(int type, String typeName) {
        String name = typeName.toLowerCase(Locale.ROOT);
        if ((type == Types.BIT || type == Types.BOOLEAN) && !name.equals("tinyint")) {
            return "the driver says so of TINYINT(1), too, and makes 1 of whatever is in it; if it is one, set tinyInt1isBit=false"
                    + " for the driver, and if it is BIT, take a CommandSource with the database's own tool";
        } else if (type == Types.TIMESTAMP && name.startsWith("timestamp")) {
            return "the driver gives its moments as local times of the session's zone; make it DATETIME, or take a CommandSource"
                    + " with the database's own tool";
        }
        return null;
    }

    /** In a header. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String base64(ResultSet row, int column) throws SQLException {
        byte[] bytes = row.getBytes(column);
        return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
    }

    private static void bindDecimal(PreparedStatement to, int at, JsonNode value, boolean postgres)
            throws SQLException {
        if (postgres) {
            bindText(to, at, value, true);
        } else {
            to.setBigDecimal(at, new BigDecimal(value.asText()));
        }
    }

    /** PostgreSQL takes text without a type for whatever the column is: a uuid, an array, an enumeration. */
    private static void bindText(PreparedStatement to, int at, JsonNode value, boolean postgres) throws SQLException {
        if (postgres) {
            to.setObject(at, value.asText(), Types.OTHER);
        } else {
            to.setString(at, value.asText());
        }
    }

    /** PostgreSQL has times before and after all others, for which its driver uses Java's first and last. */
    private static <T> @Nullable String text(@Nullable T time, T first, T last, Function<T, String> otherwise) {
        if (time == null) {
            return null;
        } else if (time.equals(last)) {
            return EVER;
        }
        return time.equals(first) ? "-" + EVER : otherwise.apply(time);
    }

    private static <T> T time(JsonNode value, T first, T last, Function<String, T> otherwise) {
        String text = value.asText();
        if (text.equals(EVER)) {
            return last;
        }
        return text.equals("-" + EVER) ? first : otherwise.apply(text);
    }
}
