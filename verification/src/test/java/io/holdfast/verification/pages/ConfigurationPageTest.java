package io.holdfast.verification.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Autoscaling;
import io.holdfast.backup.Backups;
import io.holdfast.core.Configuration;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.Tls;
import io.holdfast.core.internal.configuration.ClusterOptions;
import io.holdfast.core.internal.configuration.OptionTable;
import io.holdfast.core.spi.Option;
import io.holdfast.integrations.election.etcd.EtcdElection;
import io.holdfast.integrations.election.zookeeper.ZooKeeperElection;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/configuration.md} shows every key, and every key that the builders' methods have. */
class ConfigurationPageTest {
    private static final OptionTable TABLE = ClusterOptions.table();

    /** Methods that set what only code can give, or that another key stands for. */
    private static final Map<String, Set<String>> CODE_ONLY = Map.of(
            "cluster",
            Set.of(
                    "node",
                    "with",
                    "tls",
                    "runtime",
                    "executor",
                    "onMaster",
                    "onSlave",
                    "listener",
                    "memberListener",
                    "meterRegistry",
                    "healthCheck"),
            "node",
            Set.of(),
            "tls",
            Set.of(),
            "replication",
            Set.of("stateMachine", "seededFrom"),
            "membership",
            Set.of("discover", "onMessage"),
            "backup",
            Set.of("logical"),
            "autoscale",
            Set.of("limits", "load"),
            "zookeeper-election",
            Set.of("configure", "timing"),
            "etcd-election",
            Set.of("configure", "timing"));

    /** Methods whose keys have other names: several values, or the same one by one. */
    private static final Map<String, Set<String>> OTHER_NAMES = Map.ofEntries(
            Map.entry("node.of", Set.of("id")),
            Map.entry("node.client", Set.of("id", "client")),
            Map.entry("node.tag", Set.of("tags")),
            Map.entry("node.service", Set.of("services")),
            Map.entry("tls.pem", Set.of("certificateChain", "privateKey", "trustedCertificates")),
            Map.entry("tls.operator", Set.of("operators")),
            Map.entry("replication.inDirectory", Set.of("directory")),
            Map.entry("replication.timing", Set.of("heartbeat", "electionTimeout")),
            Map.entry("replication.autopilot", Set.of("autopilot.mode")),
            Map.entry("replication.autopilotReplaceAfter", Set.of("autopilot.replaceAfter")),
            Map.entry("replication.autopilotVoters", Set.of("autopilot.voters")),
            Map.entry(
                    "backup.to",
                    Set.of(
                            "directories",
                            "offSiteDirectories",
                            "repositories",
                            "offSiteRepositories",
                            "keep.last",
                            "keep.daily",
                            "keep.weekly",
                            "keep.monthly",
                            "keep.recoveryWindow")),
            Map.entry("autoscale.on", Set.of("command.list", "command.start", "command.stop")),
            Map.entry("autoscale.between", Set.of("least", "most")),
            Map.entry("autoscale.policy", Set.of("targets")),
            Map.entry("autoscale.meter", Set.of("meters")),
            Map.entry("autoscale.every", Set.of("every.decisions", "every.samples")),
            Map.entry("autoscale.drain", Set.of("drain.least", "drain.most")),
            Map.entry("backup.physical", Set.of("physical.every", "physical.cron", "physical.zone", "physical.jitter")),
            Map.entry("backup.drill", Set.of("drill.every", "drill.cron")),
            Map.entry("backup.drillDirectory", Set.of("drill.directory")),
            Map.entry("backup.drillLimit", Set.of("drill.limit")),
            Map.entry("backup.alertWhenNotProvenFor", Set.of("drill.alertAfter")),
            Map.entry("backup.mergeParts", Set.of("merge.parts", "merge.bytes")),
            Map.entry("etcd-election.connect", Set.of("endpoints")),
            Map.entry("etcd-election.user", Set.of("user", "password")),
            Map.entry("replication.snapshots", Set.of("snapshots.logBytes", "snapshots.logAge")));

    private static String code(String text) {
        return "`" + text + "`";
    }

    private static <T> String defaultOf(Option<T> option) {
        T value = option.defaultValue();
        return value == null ? "" : code(option.type().printer().apply(value));
    }

    private static List<String> row(OptionTable.Key key) {
        Option<?> option = key.option();
        return List.of(
                code(key.name()),
                code(key.variable()),
                option.type().name(),
                defaultOf(option),
                option.range(),
                option.description());
    }

    @Test
    void thePageIsWhatTheCodeSays() throws Exception {
        Map<String, String> tables = new TreeMap<>();
        for (OptionTable.Group group : TABLE.groups()) {
            List<List<String>> rows = TABLE.keys().stream()
                    .filter(key -> key.group().equals(group))
                    .map(ConfigurationPageTest::row)
                    .toList();
            tables.put(
                    OptionTable.PREFIX + group.name(),
                    GeneratedPage.table(List.of("key", "variable", "type", "default", "allowed", "meaning"), rows));
        }
        new GeneratedPage("configuration.md").check(tables);
    }

    @TempDir
    Path directory;

    /** The first block of that language on the page. */
    private static String example(String language) throws IOException {
        Matcher block = Pattern.compile("(?m)^```" + language + "\n(.*?)^```$", Pattern.DOTALL)
                .matcher(new GeneratedPage("configuration.md").text());
        assertTrue(block.find(), "no block of " + language);
        return block.group(1);
    }

    private Configuration written(String properties, Map<String, String> environment) throws IOException {
        return Configuration.load(Files.writeString(directory.resolve("holdfast.properties"), properties))
                .environment(environment);
    }

    @Test
    void theExampleOfThePageIsANode() throws Exception {
        Map<String, String> environment = example("sh")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
        HaCluster cluster =
                HaCluster.builder(written(example("properties"), environment)).build();
        assertEquals("shop", cluster.name());
        assertEquals("node-1", cluster.node().id());
        assertEquals("10.0.0.1:7400", cluster.node().advertisedAddress().toString());
    }

    @Test
    void whatIsRefusedIsToldAsThePageShows() throws Exception {
        Configuration wrong = written("""
                        holdfast.cluster.name=shop
                        holdfast.node.advertize=10.0.0.1:7400
                        holdfast.node.id=node-1
                        holdfast.replication.directory=/var/lib/shop
                        holdfast.cluster.stopWithin=10
                        holdfast.replication.fast=true
                        holdfast.replication.heartbeat=50ms
                        """, Map.of("HOLDFAST_NODE_ZOME", "a"));
        HaCluster.Builder builder = HaCluster.builder(wrong);
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, builder::build);
        assertEquals(
                example("text").strip(),
                String.valueOf(refused.getMessage()).replace(directory.toString(), "/etc/shop"));
    }

    @Test
    void everyMethodOfABuilderHasAKeyOrNeedsCode() {
        Map<String, Class<?>> builders = Map.of(
                "cluster", HaCluster.Builder.class,
                "node", Node.class,
                "tls", Tls.class,
                "replication", LogReplication.class,
                "membership", GossipMembership.class,
                "backup", Backups.class,
                "autoscale", Autoscaling.class,
                "zookeeper-election", ZooKeeperElection.class,
                "etcd-election", EtcdElection.class);
        assertEquals(
                builders.keySet(),
                TABLE.groups().stream().map(OptionTable.Group::name).collect(Collectors.toSet()));
        List<String> missing = new ArrayList<>();
        for (OptionTable.Group group : TABLE.groups()) {
            Class<?> builder = builders.get(group.name());
            Set<String> keys = group.options().stream().map(Option::key).collect(Collectors.toCollection(TreeSet::new));
            Set<String> reached = new TreeSet<>(Set.of("name", "singleNode")); // builder(name) and singleNode()
            reached.retainAll(keys);
            Set<String> methods = Arrays.stream(
                            builder.getMethods()) // the public ones: others may name what is not here
                    .filter(method -> method.getDeclaringClass().equals(builder)
                            && method.getReturnType().equals(builder))
                    .map(Method::getName)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertFalse(methods.isEmpty(), builder.getName());
            for (String method : methods) {
                Set<String> names = OTHER_NAMES.getOrDefault(group.name() + "." + method, Set.of(method));
                if (keys.containsAll(names)) {
                    reached.addAll(names);
                } else if (!CODE_ONLY.get(group.name()).contains(method)) {
                    missing.add(builder.getSimpleName() + "." + method + " has no key holdfast." + group.name() + "."
                            + names + "; give it one, or say here that it needs code");
                }
            }
            keys.removeAll(reached);
            keys.forEach(key -> missing.add(
                    "holdfast." + group.name() + "." + key + " is no method of " + builder.getSimpleName()));
        }
        assertEquals(List.of(), missing);
    }
}
