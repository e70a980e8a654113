package io.holdfast.integrations.election.zookeeper.settings;

import io.holdfast.core.spi.ConfigurableFeature;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Option;
import io.holdfast.integrations.election.ElectionOptions;
import io.holdfast.integrations.election.zookeeper.ZooKeeperElection;
import java.util.List;

/** Makes elections on ZooKeeper of what a file and the environment say; found by {@link java.util.ServiceLoader}. */
public final class ZooKeeperProvider implements ConfigurableFeature {
    private static final Option<List<String>> CONNECT =
            Option.list("connect", "host:port", "ZooKeeper's servers; required").allowed("host:port, at least one");
    private static final Option<String> ROOT = Option.text(
                    "root", "where the records are, before the cluster's name; the same on all nodes")
            .byDefault("/holdfast")
            .allowed("an absolute path");

    @Override
    public String name() {
        return "zookeeper-election";
    }

    @Override
    public List<Option<?>> options() {
        return ElectionOptions.after(CONNECT, ROOT);
    }

    @Override
    public HaFeature create(Values values) {
        List<String> servers = values.given(CONNECT)
                .orElseThrow(() -> new IllegalArgumentException(values.name(CONNECT) + " is missing; write for example "
                        + values.name(CONNECT) + "=zk-1:2181, zk-2:2181, zk-3:2181"));
        return ZooKeeperElection.connect(String.join(",", servers))
                .root(values.given(ROOT).orElseGet(ROOT::orDefault))
                .timing(ElectionOptions.timing(values));
    }
}
