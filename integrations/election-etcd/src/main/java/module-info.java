import org.jspecify.annotations.NullMarked;

/** Elections by keys in etcd. */
@NullMarked
module io.holdfast.integrations.election.etcd {
    requires transitive io.holdfast.integrations.election;
    requires transitive jetcd.core;
    requires jetcd.common;

    provides io.holdfast.core.spi.ConfigurableFeature with
            io.holdfast.integrations.election.etcd.settings.EtcdProvider;

    exports io.holdfast.integrations.election.etcd;
}
