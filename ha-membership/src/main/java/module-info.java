import org.jspecify.annotations.NullMarked;

/** Who is here: gossip membership with failure detection. */
@NullMarked
module io.holdfast.membership {
    requires transitive io.holdfast.core;
    requires io.netty.buffer;
    requires io.netty.common;
    requires micrometer.core;
    requires org.slf4j;

    provides io.holdfast.core.spi.ConfigurableFeature with
            io.holdfast.membership.settings.MembershipProvider;

    exports io.holdfast.membership;
}
