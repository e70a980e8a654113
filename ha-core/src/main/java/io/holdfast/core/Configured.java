package io.holdfast.core;

import io.holdfast.core.internal.configuration.ClusterOptions;
import io.holdfast.core.internal.configuration.Given;
import io.holdfast.core.internal.configuration.OptionTable;
import io.holdfast.core.internal.configuration.OptionTable.Group;
import io.holdfast.core.internal.configuration.Reading;
import io.holdfast.core.spi.ConfigurableFeature;
import io.holdfast.core.spi.ConfigurableFeature.Values;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Option;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a {@link Configuration} says a node is to be. Nothing is thrown here: what is wrong is told when the node is built. */
final class Configured {
    private static final Logger LOG = LoggerFactory.getLogger(Configured.class);
    private static final String UNNAMED = "without-a-name";

    private final OptionTable table;
    private final Reading reading;
    private final boolean standalone;
    private final String name;
    private final @Nullable Node node;
    private final @Nullable Tls tls;
    private final Map<String, HaFeature> features = new LinkedHashMap<>();

    /** @param table what can be set */
    Configured(Configuration configuration, OptionTable table) {
        this.table = table;
        this.reading = configuration.read(table);
        reading.warnings().forEach(LOG::warn);
        Values cluster = reading.of(ClusterOptions.CLUSTER);
        this.standalone = cluster.given(ClusterOptions.SINGLE_NODE).orElse(false);
        this.name = name(cluster);
        this.node = node(reading.of(ClusterOptions.NODE));
        this.tls = tls(reading.of(ClusterOptions.TLS));
        for (Group group : table.groups()) {
            ConfigurableFeature feature = group.feature();
            if (feature != null && reading.isGiven(group) && !reading.isSpoilt(group)) {
                Values values = reading.of(group);
                attempt(values, "", () -> features.put(group.name(), feature.create(values)));
            }
        }
        table.groups().stream().filter(reading::isSpoilt).forEach(group -> features.remove(group.name()));
    }

    private static void attempt(Values values, String what, Runnable step) {
        try {
            step.run();
        } catch (IllegalArgumentException refused) {
            values.refuse(what + refused.getMessage());
        }
    }

    private String name(Values cluster) {
        Optional<String> given = cluster.given(ClusterOptions.NAME);
        if (standalone) {
            given.ifPresent(any -> cluster.refuse(cluster.name(ClusterOptions.NAME) + " and "
                    + cluster.name(ClusterOptions.SINGLE_NODE)
                    + " contradict each other: a single node's cluster is named " + HaCluster.SINGLE_NODE_NAME
                    + "; leave one of them out"));
            return HaCluster.SINGLE_NODE_NAME;
        }
        if (given.isEmpty() && !reading.isSpoilt(ClusterOptions.CLUSTER, ClusterOptions.NAME)) {
            cluster.refuse(
                    "holdfast.cluster.name is missing; write for example holdfast.cluster.name=shop, the same on all"
                            + " nodes, or holdfast.cluster.singleNode=true for one node alone");
        }
        if (given.isPresent() && !HaCluster.isName(given.get())) {
            cluster.refuse(cluster.name(ClusterOptions.NAME) + ": \"" + given.get() + "\" is not allowed; use "
                    + ClusterOptions.NAME.range());
            return UNNAMED;
        }
        return given.orElse(UNNAMED);
    }

    private @Nullable Node node(Values given) {
        boolean client = given.given(ClusterOptions.CLIENT).orElse(false);
        Optional<String> id =
                given.given(ClusterOptions.ID).or(() -> standalone ? Optional.of("node-1") : Optional.empty());
        if (id.isEmpty() || reading.isSpoilt(ClusterOptions.NODE)) {
            return null;
        }
        if (client) {
            for (Option<Address> unused : List.of(ClusterOptions.BIND, ClusterOptions.ADVERTISE)) {
                given.given(unused)
                        .ifPresent(address -> given.refuse(given.name(unused) + " and "
                                + given.name(ClusterOptions.CLIENT)
                                + " contradict each other: a client listens nowhere; leave one of them out"));
            }
        }
        if (reading.isSpoilt(ClusterOptions.NODE)) {
            return null;
        }
        Attempts made = new Attempts(given);
        made.step(ClusterOptions.ID, any -> client ? Node.client(id.get()) : Node.of(id.get()));
        if (given.given(ClusterOptions.EPHEMERAL).orElse(false)) {
            made.step(ClusterOptions.EPHEMERAL, Node::ephemeral);
        }
        given.given(ClusterOptions.BIND).ifPresent(at -> made.step(ClusterOptions.BIND, n -> n.bind(at.toString())));
        given.given(ClusterOptions.ADVERTISE)
                .ifPresent(at -> made.step(ClusterOptions.ADVERTISE, n -> n.advertise(at.toString())));
        given.given(ClusterOptions.ZONE).ifPresent(zone -> made.step(ClusterOptions.ZONE, n -> n.zone(zone)));
        given.given(ClusterOptions.WEIGHT).ifPresent(share -> made.step(ClusterOptions.WEIGHT, n -> n.weight(share)));
        given.given(ClusterOptions.TAGS)
                .ifPresent(tags -> tags.forEach(tag -> made.step(ClusterOptions.TAGS, n -> n.tag(tag))));
        given.given(ClusterOptions.SERVICES)
                .ifPresent(all -> all.forEach(
                        (service, uri) -> made.step(ClusterOptions.SERVICES, n -> n.service(service, uri))));
        return reading.isSpoilt(ClusterOptions.NODE) ? null : made.node;
    }

    /** A node in the making; who refuses is told by the key's name. */
    private static final class Attempts {
        private final Values values;
        private Node node = Node.of("unnamed");

        Attempts(Values values) {
            this.values = values;
        }

        void step(Option<?> option, UnaryOperator<Node> change) {
            attempt(values, values.name(option) + ": ", () -> node = change.apply(node));
        }
    }

    private @Nullable Tls tls(Values given) {
        if (!reading.isGiven(ClusterOptions.TLS) || reading.isSpoilt(ClusterOptions.TLS)) {
            return null;
        }
        Path[] files = new Path[3];
        List<Option<Path>> needed = List.of(
                ClusterOptions.CERTIFICATE_CHAIN, ClusterOptions.PRIVATE_KEY, ClusterOptions.TRUSTED_CERTIFICATES);
        for (int i = 0; i < files.length; i++) {
            Option<Path> option = needed.get(i);
            Optional<Path> file = given.given(option);
            if (file.isEmpty()) {
                given.refuse(given.name(option) + " is missing, a " + option.description()
                        + "; TLS needs certificateChain, privateKey and trustedCertificates");
            }
            files[i] = file.orElse(Path.of(""));
        }
        Map<String, OperatorRole> operators = operators(given);
        if (reading.isSpoilt(ClusterOptions.TLS)) {
            return null;
        }
        Tls all = Tls.pem(files[0], files[1], files[2]).operators(operators);
        all = given.given(ClusterOptions.KEY_PASSWORD).map(all::keyPassword).orElse(all);
        return given.given(ClusterOptions.REREAD_EVERY).map(all::rereadEvery).orElse(all);
    }

    private static Map<String, OperatorRole> operators(Values given) {
        Map<String, OperatorRole> roles = new TreeMap<>();
        given.given(ClusterOptions.OPERATORS).orElse(Map.of()).forEach((operator, role) -> {
            Optional<OperatorRole> known = EnumSet.allOf(OperatorRole.class).stream()
                    .filter(one -> one.name().equalsIgnoreCase(role))
                    .findFirst();
            known.ifPresent(one -> roles.put(operator, one));
            if (known.isEmpty()) {
                given.refuse(given.name(ClusterOptions.OPERATORS) + ": \"" + role + "\" of " + operator
                        + " is no role; write NONE, READ or OPERATE");
            }
        });
        return roles;
    }

    /**
     * An address may have a name and a password in it: {@code http://user:password@host}. A password may hold whatever ends one,
     * so from the first to the last of them all is left out.
     */
    private static String withoutUser(String text) {
        return text.replaceAll("(?s)//.*@", "//(not shown)@");
    }

    String name() {
        return name;
    }

    boolean standalone() {
        return standalone;
    }

    @Nullable
    Node node() {
        return node;
    }

    /** True if it is clear what was meant, and no more needs to be said of it. */
    boolean isNodeRefused() {
        return reading.isSpoilt(ClusterOptions.NODE);
    }

    @Nullable
    Tls tls() {
        return tls;
    }

    <T> Optional<T> given(Option<T> option) {
        return reading.of(ClusterOptions.CLUSTER).given(option);
    }

    /** By name. */
    Map<String, HaFeature> features() {
        return features;
    }

    /** What is wrong, save with what code takes the place of. A key that is not known may have been meant for anything. */
    List<String> problems(ByCode byCode) {
        return reading.problems().stream()
                .filter(problem -> {
                    Group group = problem.group();
                    return group == null || !byCode.overrides(group, problem.option());
                })
                .map(Reading.Problem::text)
                .toList();
    }

    /**
     * Which keys are in force and where each was set, for the log; the values of secrets are not in it.
     *
     * @param byCode what the builder was told by code
     */
    List<String> origins(ByCode byCode) {
        Map<String, List<String>> bySource = new LinkedHashMap<>();
        List<String> unused = new ArrayList<>();
        for (OptionTable.Key key : table.keys()) {
            Given one = reading.given().get(key.name());
            if (one != null && byCode.overrides(key.group(), key.option())) {
                unused.add(one + ", by code");
            } else if (one != null) {
                boolean hidden = key.option().secret();
                Path file = one.file();
                bySource.computeIfAbsent(
                                file == null ? "environment variables" : file.toString(), any -> new ArrayList<>())
                        .add(one.name() + (file == null ? "" : " (line " + one.line() + ")") + "="
                                + (hidden
                                        ? "(not shown)"
                                        : withoutUser(one.text().strip())));
            }
            Given before = reading.overridden().get(key.name());
            if (before != null) {
                unused.add(before + ", by the environment");
            }
        }
        List<String> lines = new ArrayList<>();
        bySource.forEach((source, keys) -> lines.add("set in " + source + ": " + String.join("; ", keys)));
        if (!unused.isEmpty()) {
            lines.add("overridden: " + unused.stream().collect(Collectors.joining("; ")));
        }
        return lines;
    }
}
