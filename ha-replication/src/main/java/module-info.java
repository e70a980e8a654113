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

    provides io.holdfast.core.spi.ConfigurableFeature with
            io.holdfast.replication.settings.ReplicationProvider;

    exports io.holdfast.replication;
}
