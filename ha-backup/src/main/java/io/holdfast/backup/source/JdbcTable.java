package io.holdfast.backup.source;

import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A table, or those of its rows that are of a period. Names are taken as they are, upper and lower case told apart; so what was created
 * as {@code Orders} without quotes is {@code orders} for PostgreSQL and {@code ORDERS} for many others. Immutable.
 */
public final class JdbcTable {
    private final Optional<String> schema;
    private final String name;
    private final Optional<Period> period;

    /**
     * Which rows.
     *
     * @param zoned whether the bounds are moments, so that the column has to be, too
     * @param from the first
     * @param to the first that is not meant any more
     */
    record Period(String column, boolean zoned, Supplier<?> from, Supplier<?> to) {
        Bounds now() {
            return new Bounds(column, zoned, from.get(), to.get());
        }
    }

    /** The same for one backup. */
    record Bounds(String column, boolean zoned, Object from, Object to) {}

    private JdbcTable(Optional<String> schema, String name, Optional<Period> period) {
        this.schema = schema;
        this.name = name;
        this.period = period;
    }

    /** In the schema that connections begin in. */
    public static JdbcTable of(String name) {
        return new JdbcTable(Optional.empty(), name, Optional.empty());
    }

    /** In that schema. */
    public static JdbcTable of(String schema, String name) {
        return new JdbcTable(Optional.of(schema), name, Optional.empty());
    }

    /** The rows whose column, of moments, is at {@code from} or later and before {@code to}. */
    public JdbcTable between(String column, Instant from, Instant to) {
        return between(column, () -> from, () -> to);
    }

    /** As {@link #between(String, Instant, Instant)}, asked for each backup, such as "the day before". */
    public JdbcTable between(String column, Supplier<Instant> from, Supplier<Instant> to) {
        return new JdbcTable(schema, name, Optional.of(new Period(column, true, from, to)));
    }

    /** The same for a column of times or dates without a zone. */
    public JdbcTable between(String column, LocalDateTime from, LocalDateTime to) {
        return new JdbcTable(schema, name, Optional.of(new Period(column, false, () -> from, () -> to)));
    }

    Optional<String> schema() {
        return schema;
    }

    String name() {
        return name;
    }

    Optional<Period> period() {
        return period;
    }

    @Override
    public String toString() {
        return schema.map(s -> s + ".").orElse("") + name;
    }
}
