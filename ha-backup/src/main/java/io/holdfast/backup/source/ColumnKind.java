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
enum ColumnKind {
    BOOLEAN {
        @Override
        @Nullable
        Object read(ResultSet row, int column) throws SQLException {
            return row.getBoolean(column);
        }

        @Override
        void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
            statement.setBoolean(parameter, value.booleanValue());
        }
    },
    INTEGER {
        @Override
        @Nullable
        Object read(ResultSet row, int column) throws SQLException {
            return row.getLong(column);
        }

        @Override
        void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
            statement.setLong(parameter, value.longValue());
        }
    },
    SINGLE {
        @Override
        @Nullable
        Object read(ResultSet row, int column) throws SQLException {
            return row.getFloat(column);
        }

        @Override
        void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
            statement.setFloat(parameter, value.isTextual() ? Float.parseFloat(value.textValue()) : value.floatValue());
        }
    },
    DOUBLE {
        @Override
        @Nullable
        Object read(ResultSet row, int column) throws SQLException {
            return row.getDouble(column);
        }

        @Override
        void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
            statement.setDouble(
                    parameter, value.isTextual() ? Double.parseDouble(value.textValue()) : value.doubleValue());
        }
    },
    /** As text, since readers of JSON round numbers; also {@code NaN} and {@code Infinity}. */
    DECIMAL {
        @Override
        @Nullable
        Object read(ResultSet row, int column) throws SQLException {
            return row.getString(column);
        }

        @Override
        void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
            if (postgres) {
                statement.setObject(parameter, value.asText(), Types.OTHER);
            } else {
                statement.setBigDecimal(parameter, new BigDecimal(value.asText()));
            }
        }
    },
    /** Base64. */
    BYTES {
        @Override
        @Nullable
        Object read(ResultSet row, int column) throws SQLException {
            byte[] bytes = row.getBytes(column);
            return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
        }

        @Override
        void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
            statement.setBytes(parameter, Base64.getDecoder().decode(value.asText()));
        }
    },
    /** A moment, in UTC. */
    INSTANT {
        @Override
        @Nullable
        Object read(ResultSet row, int column) throws SQLException {
            OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
            return text(time, OffsetDateTime.MIN, OffsetDateTime.MAX, ColumnKind::inUtc);
        }

        @Override
        void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
            String text = value.asText();
            statement.setObject(parameter, time(text, OffsetDateTime.MIN, OffsetDateTime.MAX, OffsetDateTime::parse));
        }
    },
    /** A date and a time of some place that the database does not tell. */
    LOCAL {
        @Override
        @Nullable
        Object read(ResultSet row, int column) throws SQLException {
            LocalDateTime time = row.getObject(column, LocalDateTime.class);
            return text(time, LocalDateTime.MIN, LocalDateTime.MAX, LocalDateTime::toString);
        }

        @Override
        void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
            String text = value.asText();
            statement.setObject(parameter, time(text, LocalDateTime.MIN, LocalDateTime.MAX, LocalDateTime::parse));
        }
    },
    DATE {
        @Override
        @Nullable
        Object read(ResultSet row, int column) throws SQLException {
            LocalDate date = row.getObject(column, LocalDate.class);
            return text(date, LocalDate.MIN, LocalDate.MAX, LocalDate::toString);
        }

        @Override
        void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
            String text = value.asText();
            statement.setObject(parameter, time(text, LocalDate.MIN, LocalDate.MAX, LocalDate::parse));
        }
    },
    TEXT {
        @Override
        @Nullable
        Object read(ResultSet row, int column) throws SQLException {
            return row.getString(column);
        }

        /** PostgreSQL takes text without a type for whatever the column is: a uuid, an array, an enumeration. */
        @Override
        void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres) throws SQLException {
            if (postgres) {
                statement.setObject(parameter, value.asText(), Types.OTHER);
            } else {
                statement.setString(parameter, value.asText());
            }
        }
    };

    private static final String EVER = "infinity";

    /** A value as it is written: a boolean, a number or text; anything if it is null, as {@link ResultSet#wasNull} tells. */
    abstract @Nullable Object read(ResultSet row, int column) throws SQLException;

    /** Writes the value of a column. */
    void write(ResultSet row, int column, JsonGenerator json) throws SQLException, IOException {
        Object value = read(row, column);
        if (value == null || row.wasNull()) {
            json.writeNull();
        } else {
            json.writePOJO(value);
        }
    }

    /** Sets a value that is not null. */
    abstract void bind(PreparedStatement statement, int parameter, JsonNode value, boolean postgres)
            throws SQLException;

    static ColumnKind of(int type, String typeName) {
        String name = typeName.toLowerCase(Locale.ROOT);
        if (name.contains("unsigned")) {
            return DECIMAL;
        }
        return switch (type) {
            case Types.BOOLEAN -> BOOLEAN;
            // PostgreSQL says this of its strings of bits as well as of booleans.
            case Types.BIT -> typeName.equals("bit") ? TEXT : BOOLEAN;
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

    /** In a header. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static String inUtc(OffsetDateTime time) {
        return time.withOffsetSameInstant(ZoneOffset.UTC).toString();
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

    private static <T> T time(String text, T first, T last, Function<String, T> otherwise) {
        if (text.equals(EVER)) {
            return last;
        }
        return text.equals("-" + EVER) ? first : otherwise.apply(text);
    }
}
