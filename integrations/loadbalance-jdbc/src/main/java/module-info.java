import org.jspecify.annotations.NullMarked;

/** Load balancing for JDBC and PostgreSQL. */
@NullMarked
module io.holdfast.integrations.loadbalance.jdbc {
    requires transitive io.holdfast.loadbalance;
    requires transitive java.sql;
    requires org.slf4j;

    exports io.holdfast.integrations.loadbalance.jdbc;
}
