import org.jspecify.annotations.NullMarked;

/** Elections by rows of a PostgreSQL table. */
@NullMarked
module io.holdfast.integrations.election.postgresql {
    requires transitive io.holdfast.integrations.election;
    requires transitive java.sql;

    exports io.holdfast.integrations.election.postgresql;
}
