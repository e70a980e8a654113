import org.jspecify.annotations.NullMarked;

/** Master-slave log replication with automatic failover, and replicated structures on top of it. */
@NullMarked
module io.holdfast.replication {
    requires transitive io.holdfast.core;
    requires io.netty.buffer;
    requires io.netty.common;
    requires com.fasterxml.jackson.databind;
    requires micrometer.core;
    requires org.slf4j;

    exports io.holdfast.replication;
}
