package io.holdfast.integrations.election.etcd.settings;

import io.holdfast.core.spi.ConfigurableFeature;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Option;
import io.holdfast.integrations.election.ElectionOptions;
import io.holdfast.integrations.election.etcd.EtcdElection;
import java.util.List;
import java.util.Optional;

/** Makes elections on etcd of what a file and the environment say; found by {@link java.util.ServiceLoader}. */
public final class EtcdProvider implements ConfigurableFeature {
    private static final Option<List<String>> ENDPOINTS = Option.list("endpoints", "URL", "etcd's members; required")
            .allowed("http://host:port or https://host:port, at least one");
    private static final Option<String> ROOT = Option.text(
                    "root", "what all keys begin with, before the cluster's name; the same on all nodes")
            .byDefault("/holdfast")
            .allowed("an absolute path");
    private static final Option<String> USER =
            Option.text("user", "whom etcd knows this node as; `password` goes with it");
    private static final Option<String> PASSWORD = Option.secret("password", "of `user`");

    @Override
    public String name() {
        return "etcd-election";
    }

    @Override
    public List<Option<?>> options() {
        return ElectionOptions.after(ENDPOINTS, ROOT, USER, PASSWORD);
    }

    @Override
    public HaFeature create(Values values) {
        List<String> endpoints = values.given(ENDPOINTS)
                .orElseThrow(() -> new IllegalArgumentException(
                        values.name(ENDPOINTS) + " is missing; write for example " + values.name(ENDPOINTS)
                                + "=http://etcd-1:2379, http://etcd-2:2379, http://etcd-3:2379"));
        EtcdElection election = EtcdElection.connect(endpoints.toArray(String[]::new))
                .root(values.given(ROOT).orElseGet(ROOT::orDefault))
                .timing(ElectionOptions.timing(values));
        Optional<String> user = values.given(USER);
        Optional<String> password = values.given(PASSWORD);
        if (user.isPresent() != password.isPresent()) {
            Option<?> missing = user.isPresent() ? PASSWORD : USER;
            throw new IllegalArgumentException(values.name(missing) + " is missing: " + values.name(USER) + " and "
                    + values.name(PASSWORD) + " go together; set both, or neither for etcd without authentication");
        }
        return user.isPresent() && password.isPresent() ? election.user(user.get(), password.get()) : election;
    }
}
