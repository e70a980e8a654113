import org.jspecify.annotations.NullMarked;

/** Node, health and failover abstractions, the builder, and the seams beneath every protocol of Holdfast. */
@NullMarked
module io.holdfast.core {
    requires static transitive org.jspecify;
    requires transitive io.netty.buffer;
    requires transitive micrometer.core;
    requires org.slf4j;
    requires java.naming; // SRV records
    requires com.fasterxml.jackson.databind;
    requires jdk.unsupported; // ExtendedOpenOption.DIRECT
    requires io.netty.common;
    requires io.netty.transport;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.handler;
    requires io.netty.transport.classes.epoll;

    uses io.holdfast.core.spi.ConfigurableFeature;

    exports io.holdfast.core;
    exports io.holdfast.core.discovery;
    exports io.holdfast.core.runtime;
    exports io.holdfast.core.spi;
}
