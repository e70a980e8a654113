package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.internal.configuration.ClusterOptions;
import io.holdfast.core.internal.configuration.OptionTable;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.testing.LogCapture;
import io.holdfast.core.testing.MemoryWorld;
import io.holdfast.core.testing.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node by file and environment: what counts most, and what is refused with what to write instead. */
class ConfigurationTest {
    private static final String GOOD = """
            holdfast.cluster.name=shop
            holdfast.node.id=node-1
            holdfast.node.bind=127.0.0.1:0
            """;

    @TempDir
    Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("holdfast.properties"), text);
    }

    private HaCluster.Builder builder(String text, Map<String, String> environment) throws IOException {
        return HaCluster.builder(Configuration.load(file(text)).environment(environment));
    }

    private String refusal(String text, Map<String, String> environment, UnaryOperator<HaCluster.Builder> code)
            throws IOException {
        HaCluster.Builder builder = code.apply(builder(text, environment));
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, builder::build).getMessage());
    }

    private String refusal(String text) throws IOException {
        return refusal(text, Map.of(), builder -> builder);
    }

    private static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in: " + message);
        }
    }

    @Test
    void everythingOfANodeCanBeSet() throws Exception {
        Node node = builder("""
                        holdfast.cluster.name=shop
                        holdfast.node.id=node-1
                        holdfast.node.bind=0.0.0.0:7400
                        holdfast.node.advertise=10.0.0.1:7400
                        holdfast.node.zone=a
                        holdfast.node.weight=7
                        holdfast.node.tags=blue, big
                        holdfast.node.services=http=http://10.0.0.1:8080, admin=http://10.0.0.1:9090
                        """, Map.of()).build().node();
        assertEquals("node-1", node.id());
        assertEquals("0.0.0.0:7400", node.bindAddress().toString());
        assertEquals("10.0.0.1:7400", node.advertisedAddress().toString());
        assertEquals("a", node.zone());
        assertEquals(7, node.weight());
        assertEquals(Set.of("blue", "big"), node.tags());
        assertEquals(Set.of("http", "admin"), node.services().keySet());
        assertTrue(builder("holdfast.cluster.name=shop\nholdfast.node.id=web\nholdfast.node.client=true", Map.of())
                .build()
                .node()
                .isClient());
    }

    @Test
    void codeCountsMostThenTheEnvironmentThenTheFile() throws Exception {
        Map<String, String> environment = Map.of("HOLDFAST_NODE_ID", "node-2", "PATH", "/bin");
        assertEquals("node-1", builder(GOOD, Map.of()).build().node().id());
        HaCluster ofEnvironment = builder(GOOD, environment).build();
        assertEquals("node-2", ofEnvironment.node().id());
        assertEquals("shop", ofEnvironment.name());
        assertEquals(
                "node-3",
                builder(GOOD, environment)
                        .node(Node.of("node-3"))
                        .build()
                        .node()
                        .id());
        assertEquals(
                "node-1",
                builder(GOOD, Map.of("HOLDFAST_NODE_ID", "")).build().node().id(),
                "an empty variable is none");
        assertSays(
                refusal(GOOD, Map.of(), code -> code.stopWithin(Duration.ofHours(1))
                        .with(new ElectingFeature())
                        .onMaster(grant -> {})),
                "stopWithin 1h is not within 0s to 10m");
    }

    @Test
    void theEnvironmentAloneIsEnough() {
        Map<String, String> environment = Map.of("HOLDFAST_CLUSTER_NAME", "shop", "HOLDFAST_NODE_ID", "node-1");
        HaCluster cluster =
                HaCluster.builder(Configuration.none().environment(environment)).build();
        assertEquals("shop", cluster.name());
    }

    @Test
    void aSingleNodeNeedsNoName() throws Exception {
        HaCluster single = builder("holdfast.cluster.singleNode=true", Map.of()).build();
        assertEquals("single-node", single.name());
        assertEquals("node-1", single.node().id());
        assertSays(
                refusal("holdfast.cluster.singleNode=true\nholdfast.cluster.name=shop"),
                "holdfast.properties:1",
                "holdfast.properties:2",
                "contradict");
    }

    @Test
    void theLogSaysWhatWasSetWhere() throws Exception {
        Map<String, String> environment =
                Map.of("HOLDFAST_NODE_ID", "node-2", "HOLDFAST_TLS_KEY_PASSWORD", "open-sesame");
        try (LogCapture log = LogCapture.of("io.holdfast.core.ClusterRun")) {
            HaCluster cluster = builder(
                            GOOD + "holdfast.cluster.stopWithin=9s\nholdfast.node.zone=a\n" + tls("holdfast.tls."),
                            environment)
                    .stopWithin(Duration.ofSeconds(1))
                    .start();
            cluster.close();
            String said = String.join("\n", log.messages(Level.INFO));
            assertSays(
                    said,
                    "set in " + directory.resolve("holdfast.properties") + ": holdfast.cluster.name (line 1)=shop;",
                    "holdfast.node.zone (line 5)=a",
                    "set in environment variables: HOLDFAST_NODE_ID=node-2; HOLDFAST_TLS_KEY_PASSWORD=(not shown)",
                    "overridden: holdfast.cluster.stopWithin (" + directory.resolve("holdfast.properties")
                            + ":4), by code",
                    "holdfast.node.id (" + directory.resolve("holdfast.properties") + ":2), by the environment");
            assertFalse(said.contains("sesame"), said);
        }
    }

    private String tls(String prefix) {
        TestAuthority authority = new TestAuthority("authority");
        authority.issue(TestAuthority.Order.of("any", "node-1", "node-2")).write(directory, "node");
        authority.write(directory, "ca");
        return prefix + "certificateChain=" + directory.resolve("node.crt") + "\n" + prefix + "privateKey="
                + directory.resolve("node.key") + "\n" + prefix + "trustedCertificates=" + directory.resolve("ca.crt")
                + "\n";
    }

    @Test
    void tlsBySettings() throws Exception {
        String tls = tls("holdfast.tls.");
        builder(GOOD + tls + "holdfast.tls.operators=alice=OPERATE, bob=read\nholdfast.tls.rereadEvery=1m", Map.of())
                .build();
        assertSays(
                refusal(GOOD + "holdfast.tls.rereadEvery=1m"),
                "3 problems",
                "holdfast.tls.certificateChain is missing",
                "holdfast.tls.privateKey is missing",
                "holdfast.tls.trustedCertificates is missing");
        assertSays(refusal(GOOD + tls + "holdfast.tls.operators=alice=KING"), "\"KING\" of alice", "READ or OPERATE");
        assertSays(
                refusal(GOOD + tls.replace("node.key", "none.key")), "TLS of node node-1", "none.key does not exist");
    }

    @Test
    void aKeyThatEverybodyMayReadIsTold() throws Exception {
        String tls = tls("holdfast.tls.");
        Path key = directory.resolve("node.key");
        try (LogCapture log = LogCapture.of("io.holdfast.core")) {
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
            builder(GOOD + tls, Map.of()).build();
            assertEquals(List.of(), log.messages(Level.WARN));
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
            builder(GOOD + tls, Map.of()).build();
            assertSays(String.join("\n", log.messages(Level.WARN)), key + " can be read by every user", "chmod o-r");
        }
    }

    @Test
    void secretsAreNeverShown() throws Exception {
        Path secret = Files.writeString(directory.resolve("password"), "open-sesame\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        Configuration inline =
                Configuration.load(file(GOOD + "holdfast.tls.keyPassword=open-sesame\nholdfast.tls.rereadEvery=never"));
        try (LogCapture log = LogCapture.of("io.holdfast.core")) {
            HaCluster.Builder builder = HaCluster.builder(inline);
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, builder::build);
            for (Object shown : List.of(refused, List.of(refused.getSuppressed()), inline, builder)) {
                assertFalse(shown.toString().contains("sesame"), shown.toString());
            }
            assertSays(String.valueOf(refused.getMessage()), "holdfast.properties:5");
            builder(
                    GOOD + tls("holdfast.tls.") + "holdfast.tls.keyPasswordFile=" + secret,
                    Map.of("HOLDFAST_CLUSTER_NAME", "shop"));
            String said = String.join("\n", log.messages(Level.DEBUG));
            assertSays(said, secret + " (holdfast.tls.keyPasswordFile) can be read by every user");
            assertSays(said, "holds holdfast.tls.keyPassword and can be read by every user");
            assertFalse(said.contains("sesame"), said);
        }
        assertSays(
                refusal(GOOD + "holdfast.tls.keyPassword=open-sesame\nholdfast.tls.keyPasswordFile=" + secret),
                "say the same twice");
        assertSays(refusal(GOOD + "holdfast.tls.keyPasswordFile=" + directory.resolve("none")), "none does not exist");
    }

    @Test
    void aVariablesSecretCountsMoreThanAFiles() throws Exception {
        String inFile = GOOD + tls("holdfast.tls.") + "holdfast.tls.keyPasswordFile=/does/not/exist\n";
        builder(inFile, Map.of("HOLDFAST_TLS_KEY_PASSWORD", "x")).build();
        Path secret = Files.writeString(directory.resolve("password"), "x");
        builder(
                        GOOD + tls("holdfast.tls.") + "holdfast.tls.keyPassword=y\n",
                        Map.of("HOLDFAST_TLS_KEY_PASSWORD_FILE", secret.toString()))
                .build();
    }

    @Test
    void allThatIsWrongIsToldAtOnce() throws Exception {
        String message = refusal(
                """
                holdfast.cluster.name=my shop
                holdfast.node.idd=node-1
                holdfast.node.weight=1001
                holdfast.node.weight=5
                holdfast.cluster.stopWithin=5
                node.zone=a
                my.application.key=is passed over
                holdfast.replication.directory=/var/lib/shop
                holdfast.nonsense=1
                """,
                Map.of(
                        "HOLDFAST_NODE_BIND", "nowhere",
                        "HOLDFAST_NODE_ZOME", "a",
                        "HOLDFAST_SERVICE_HOST", "10.0.0.1",
                        "HOLDFAST_PORT_7400_TCP_ADDR", "10.0.0.1"),
                builder -> builder.healthCheck("db", HealthCheck.of(() -> true).rise(0)));
        String at = directory.resolve("holdfast.properties") + ":";
        assertSays(
                message,
                "the configuration of cluster without-a-name has 9 problems",
                "\"my shop\" is not allowed",
                "holdfast.node.idd (" + at + "2) is not known; did you mean holdfast.node.id?",
                "holdfast.node.weight (" + at + "4) is in line 3 already",
                "holdfast.cluster.stopWithin (" + at + "5): \"5\" has no unit; write 5ms, 5s or PT5S",
                "node.zone (" + at + "6) is not known; did you mean holdfast.node.zone?",
                "holdfast.replication.directory (" + at + "8) is not known: nothing on the path takes"
                        + " holdfast.replication.*; add the module io.holdfast:ha-replication",
                "holdfast.nonsense (" + at + "9) is not known; docs/configuration.md",
                "environment variable HOLDFAST_NODE_BIND: \"nowhere\" has no port",
                "environment variable HOLDFAST_NODE_ZOME is not known; did you mean HOLDFAST_NODE_ZONE?");
        assertFalse(message.contains("my.application"), message);
        assertFalse(message.contains("SERVICE_HOST"), message);
    }

    @Test
    void aModuleOfSeveralWordsThatIsMissingIsNamedToo() throws Exception {
        String add = "add the module io.holdfast:ha-election-etcd";
        assertSays(refusal(GOOD + "holdfast.etcd-election.endpoints=http://etcd-1:2379"), add);
        assertSays(
                refusal(GOOD, Map.of("HOLDFAST_ETCD_ELECTION_PASSWORD", "hush"), builder -> builder),
                "environment variable HOLDFAST_ETCD_ELECTION_PASSWORD is not known: nothing on the path takes"
                        + " holdfast.etcd-election.*; " + add);
    }

    @Test
    void whatIsLeftOfAKeyIsNamedToo() throws Exception {
        for (String key : List.of("holdfast.", "holdfast..", "holdfast...x")) {
            assertSays(
                    refusal(GOOD + key + "=1"),
                    key + " (" + directory.resolve("holdfast.properties") + ":4) is not known; docs/configuration.md");
        }
        for (String variable : List.of("HOLDFAST_", "HOLDFAST__", "HOLDFAST___X")) {
            assertSays(
                    refusal(GOOD, Map.of(variable, "1"), builder -> builder),
                    "environment variable " + variable + " is not known; docs/configuration.md");
        }
    }

    @Test
    void aSecretUnderAWrongKeyIsNotShownEither() throws Exception {
        String message = refusal(
                GOOD + "holdfast.tls.keyPasword=sesame-1", Map.of("HOLDFAST_TLS_KEY_PASWORD", "sesame-2"), b -> b);
        assertSays(
                message,
                "holdfast.tls.keyPasword (" + directory.resolve("holdfast.properties")
                        + ":4) is not known; did you mean holdfast.tls.keyPassword?",
                "HOLDFAST_TLS_KEY_PASWORD is not known; did you mean HOLDFAST_TLS_KEY_PASSWORD?");
        assertFalse(message.contains("sesame"), message);
    }

    @Test
    void aPasswordInAnAddressIsNotLogged() throws Exception {
        try (LogCapture log = LogCapture.of("io.holdfast.core.ClusterRun")) {
            builder(GOOD + "holdfast.node.services=db=jdbc://shop:sesame@10.0.0.1/orders", Map.of())
                    .start()
                    .close();
            String said = String.join("\n", log.messages(Level.INFO));
            assertSays(said, "db=jdbc://(not shown)@10.0.0.1/orders");
            assertFalse(said.contains("sesame"), said);
        }
    }

    @Test
    void aPasswordInAnAddressIsNotInARefusalEither() throws Exception {
        for (String services : List.of(
                "db=jdbc://shop:sesame 1@10.0.0.1/orders",
                "db=jdbc://shop:sesame^@10.0.0.1/orders",
                "db=jdbc://shop:%sesame@10.0.0.1/orders",
                "jdbc://shop:sesame@10.0.0.1/orders",
                "http=http://10.0.0.1:8080,, db=jdbc://shop:sesame@10.0.0.1/orders",
                "db=jdbc://shop:open,sesame,x@10.0.0.1/orders",
                "db=jdbc://shop:open,sesame=x@10.0.0.1/orders,sesame=1")) {
            String message = refusal(GOOD + "holdfast.node.services=" + services);
            assertSays(message, "holdfast.node.services (" + directory.resolve("holdfast.properties") + ":4): ");
            assertFalse(message.contains("sesame"), message);
        }
        assertSays(
                refusal(GOOD + "holdfast.node.services=a=http://10.0.0.1:8080, b=http://10.0.0.1:x y"),
                "service b of node node-1",
                "at character ",
                "http://10.0.0.1:8080");
        assertSays(
                refusal(GOOD + "holdfast.node.services=a=http://10.0.0.1:8080, http://10.0.0.1:9090"),
                "element 2 \"http://10.0.0.1:9090\" is not name=value");
        assertSays(refusal(GOOD + "holdfast.node.services=a=b:c, a=d:e"), "element 2 \"a\"", "twice");
    }

    @Test
    void aPasswordWithAnythingInItIsNotLogged() throws Exception {
        try (LogCapture log = LogCapture.of("io.holdfast.core.ClusterRun")) {
            builder(GOOD + "holdfast.node.services=db=jdbc://shop:open/sesame@1@10.0.0.1/orders, a=http://b", Map.of())
                    .start()
                    .close();
            String said = String.join("\n", log.messages(Level.INFO));
            assertSays(said, "db=jdbc://(not shown)@10.0.0.1/orders, a=http://b");
            assertFalse(said.contains("sesame"), said);
        }
    }

    @Test
    void codeTakesThePlaceOfAllThatIsWrittenForIt() throws Exception {
        UnaryOperator<HaCluster.Builder> node = code -> code.node(Node.of("node-3"));
        for (String wrong : List.of(
                "id=my node",
                "weight=1001",
                "bind=nowhere",
                "client=true\nholdfast.node.bind=127.0.0.1:0",
                "weight=1\nholdfast.node.weight=2")) {
            String text = "holdfast.cluster.name=shop\nholdfast.node." + wrong;
            builder(text + "\nholdfast.node.id=node-1".repeat(wrong.startsWith("id") ? 0 : 1), Map.of())
                    .node(Node.of("node-3"))
                    .build();
        }
        assertSays(
                refusal(GOOD + "holdfast.node.idd=node-1", Map.of(), node),
                "holdfast.node.idd",
                "did you mean holdfast.node.id?");
        String tls = tls("");
        Tls ofCode = Tls.pem(directory.resolve("node.crt"), directory.resolve("node.key"), directory.resolve("ca.crt"));
        assertTrue(tls.contains("node.crt"));
        for (String wrong : List.of(
                "rereadEvery=1m", "rereadEvery=never", "operators=alice=KING", "keyPasswordFile=/does/not/exist")) {
            builder(GOOD + "holdfast.tls." + wrong, Map.of()).tls(ofCode).build();
            refusal(GOOD + "holdfast.tls." + wrong);
        }
        assertSays(
                refusal(GOOD + "holdfast.node.weight=0\nholdfast.tls.rereadEvery=never", Map.of(), c -> c.tls(ofCode)),
                "holdfast.node.weight");
    }

    @Test
    void codeOverridesTheClustersKeysOneByOne() throws Exception {
        String wrong = GOOD + "holdfast.cluster.stopWithin=5\n";
        builder(wrong, Map.of()).stopWithin(Duration.ofSeconds(1)).build();
        assertSays(refusal(wrong, Map.of(), code -> code.masterPriority(1)), "\"5\" has no unit");
        assertSays(
                refusal(
                        wrong.replace("holdfast.cluster.name=shop", ""),
                        Map.of(),
                        code -> code.stopWithin(Duration.ofSeconds(1))),
                "holdfast.cluster.name is missing");
        try (LogCapture log = LogCapture.of("io.holdfast.core.ClusterRun")) {
            builder(GOOD + "holdfast.cluster.http=127.0.0.1:1\nholdfast.cluster.httpStatus=false", Map.of())
                    .http("127.0.0.1:0")
                    .start()
                    .close();
            String said = String.join("\n", log.messages(Level.INFO));
            String at = directory.resolve("holdfast.properties") + ":";
            assertSays(
                    said,
                    "holdfast.cluster.httpStatus (line 5)=false",
                    "overridden: holdfast.cluster.http (" + at + "4), by code");
            assertFalse(said.contains("holdfast.cluster.httpStatus (" + at), said);
        }
    }

    @Test
    void probesOverHttp() throws Exception {
        HaCluster cluster = builder(
                        GOOD + "holdfast.cluster.http=127.0.0.1:1\nholdfast.cluster.httpStatus=false",
                        Map.of("HOLDFAST_CLUSTER_HTTP", "127.0.0.1:0"))
                .start();
        try {
            assertEquals("127.0.0.1", cluster.httpAddress().orElseThrow().host());
        } finally {
            cluster.close();
        }
        assertSays(
                refusal(GOOD.replace("127.0.0.1:0", "127.0.0.1:7400") + "holdfast.cluster.http=127.0.0.1:7400"),
                "own port 7400",
                "holdfast.cluster.http=127.0.0.1:7480");
        for (String both :
                List.of("10.0.0.1:7400 127.0.0.1:7400", "[::1]:7400 127.0.0.1:7400", "a.shop:7400 b.shop:7400")) {
            String[] two = both.split(" ");
            builder(GOOD.replace("127.0.0.1:0", two[0]) + "holdfast.cluster.http=" + two[1], Map.of())
                    .build();
        }
        for (String both : List.of(
                "0.0.0.0:7400 127.0.0.1:7400",
                "[::]:7400 127.0.0.1:7400",
                "127.0.0.1:7400 0.0.0.0:7400",
                "127.0.0.1:7400 [0:0:0:0:0:0:0:0]:7400",
                "A.shop:7400 a.shop:7400")) {
            String[] two = both.split(" ");
            assertSays(
                    refusal(GOOD.replace("127.0.0.1:0", two[0]) + "holdfast.node.advertise=10.0.0.1:7400\n"
                            + "holdfast.cluster.http=" + two[1]),
                    "own port 7400");
        }
        assertSays(
                refusal(GOOD + "holdfast.cluster.httpStatus=false"),
                "holdfast.cluster.httpStatus",
                "add holdfast.cluster.http=");
    }

    @Test
    void theMostConnectionsHaveOneRangeAndOneDefault() throws Exception {
        assertEquals(
                TransportConfig.defaults().maxInboundConnections(), ClusterOptions.MAX_INBOUND_CONNECTIONS.orDefault());
        builder(GOOD + "holdfast.cluster.maxInboundConnections=16", Map.of()).build();
        assertSays(refusal(GOOD + "holdfast.cluster.maxInboundConnections=15"), "15 is too little", "16 to 1000000");
        assertSays(refusal(GOOD, Map.of(), code -> code.maxInboundConnections(15)), "15 is not within 16 to 1000000");
        NodeRuntime own = new MemoryWorld().runtime("host-1");
        assertSays(
                refusal(GOOD, Map.of(), code -> code.runtime(own).maxInboundConnections(16)),
                "both maxInboundConnections and .runtime(...)");
    }

    @Test
    void theNodesWeightHasOneRange() {
        assertEquals(Node.LEAST_WEIGHT, ClusterOptions.WEIGHT.least());
        assertEquals(Node.MOST_WEIGHT, ClusterOptions.WEIGHT.most());
    }

    @Test
    void whatIsMissingIsNamed() throws Exception {
        assertSays(refusal(""), "holdfast.cluster.name is missing", "holdfast.node.id=node-1");
        assertSays(
                refusal(GOOD.replace("127.0.0.1:0", "0.0.0.0:7400")),
                "advertises 0.0.0.0:7400",
                "holdfast.node.advertise=");
        assertSays(
                refusal(GOOD + "holdfast.node.client=true"),
                "holdfast.node.bind",
                "holdfast.node.client",
                "contradict");
        assertSays(
                refusal(GOOD, Map.of(), code -> code.with(FakeFeature.class, feature -> feature)),
                "FakeFeature.class",
                "not there");
    }

    @Test
    void filesThatAreNone() throws Exception {
        Path missing = directory.resolve("missing.properties");
        assertSays(
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> Configuration.load(missing))
                        .getMessage()),
                missing + " does not exist");
        Path latin = Files.write(directory.resolve("latin"), "a=\u00e4".getBytes(StandardCharsets.ISO_8859_1));
        assertSays(
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> Configuration.load(latin))
                        .getMessage()),
                "UTF-8");
        Path large = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);
        assertSays(
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> Configuration.load(large))
                        .getMessage()),
                "1 MiB");
    }

    @Test
    void everyKeyHasAVariableOfItsOwn() {
        OptionTable table = ClusterOptions.table();
        Set<String> variables = new HashSet<>();
        for (OptionTable.Key key : table.keys()) {
            assertTrue(variables.add(key.variable()), key.variable());
            assertTrue(key.variable().matches("HOLDFAST(_[A-Z0-9]+)+"), key.variable());
            assertFalse(key.option().description().isBlank(), key.name());
        }
    }

    @Test
    void codeAddsToWhatIsConfigured() throws Exception {
        FakeFeature changed = new FakeFeature("one");
        HaCluster cluster = builder(GOOD, Map.of())
                .with(new FakeFeature("one"))
                .with(FakeFeature.class, feature -> changed)
                .build();
        assertEquals("shop", cluster.name());
        assertEquals(List.of("validate one shop node-1 false"), changed.events);
    }
}
