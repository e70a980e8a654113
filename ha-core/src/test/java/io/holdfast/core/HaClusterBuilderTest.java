package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What is refused before anything runs, and what the message says to write instead. */
class HaClusterBuilderTest {

    private static void refused(Executable build, String... parts) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, build).getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in: " + message);
        }
    }

    @Test
    void clusterNames() {
        refused(() -> HaCluster.builder("my shop"), "\"my shop\"", "1 to 64 letters");
        refused(() -> HaCluster.builder(""), "1 to 64 letters");
        refused(() -> HaCluster.builder("x".repeat(65)), "1 to 64 letters");
        assertEquals(
                "a.b_c-1",
                HaCluster.builder("a.b_c-1").node(Node.of("n")).build().name());
    }

    @Test
    void aNodeIsNeeded() {
        refused(() -> HaCluster.builder("shop").build(), "shop", ".node(Node.of(");
    }

    @Test
    void anAddressThatNobodyCanDialIsNotAdvertised() {
        for (String any : List.of("0.0.0.0:7400", "[::]:7400")) {
            refused(
                    () -> HaCluster.builder("shop")
                            .node(Node.of("node-1").bind(any))
                            .build(),
                    "node-1",
                    any,
                    ".advertise(\"10.0.0.1:7400\")");
            HaCluster.builder("shop")
                    .node(Node.of("node-1").bind(any).advertise("10.0.0.1:7400"))
                    .build();
            HaCluster.singleNode().node(Node.of("node-1").bind(any)).build();
        }
    }

    @Test
    void aClientIsNoClusterOfOne() {
        refused(
                () -> HaCluster.singleNode().node(Node.client("c-1")).build(),
                "c-1",
                "Node.of(\"c-1\")",
                "HaCluster.builder(name)");
    }

    @Test
    void featuresHaveUniqueNames() {
        refused(
                () -> HaCluster.builder("shop")
                        .node(Node.of("node-1"))
                        .with(new FakeFeature("replication"))
                        .with(new FakeFeature("replication"))
                        .build(),
                "replication twice");
    }

    @Test
    void twoThatElectAreRefused() {
        refused(
                () -> HaCluster.builder("shop")
                        .node(Node.of("node-1"))
                        .with(new ElectingFeature("log"))
                        .with(new ElectingFeature("store"))
                        .build(),
                "2 features that elect: [log, store]",
                "Leave all but one out");
    }

    @Test
    void callbacksForTheMasterNeedSomethingThatElects() {
        refused(
                () -> HaCluster.builder("shop")
                        .node(Node.of("node-1"))
                        .onMaster(grant -> {})
                        .build(),
                "callbacks for its master",
                "nothing elects one",
                ".with(LogReplication.inDirectory(...))");
    }

    @Test
    void aClientIsNeverMaster() {
        refused(
                () -> HaCluster.builder("shop")
                        .node(Node.client("c-1"))
                        .onMaster(grant -> {})
                        .build(),
                "c-1 is a client, which is never master");
    }

    @Test
    void onSlaveAloneIsRefused() {
        refused(
                () -> HaCluster.builder("shop")
                        .node(Node.of("node-1"))
                        .with(new ElectingFeature())
                        .onSlave(reason -> {})
                        .build(),
                "onSlave without onMaster is never called",
                ".onMaster(grant -> ...)");
    }

    @Test
    void eachFeatureChecksItsConfiguration() {
        FakeFeature one = new FakeFeature("one");
        HaCluster.singleNode().with(one).build();
        assertEquals(List.of("validate one single-node node-1 true"), one.events);
        HaFeature bad = new HaFeature() {
            @Override
            public String name() {
                return "bad";
            }

            @Override
            public void validate(Settings settings) {
                throw new IllegalArgumentException("write something else");
            }

            @Override
            public RunningFeature create(FeatureContext context) {
                throw new IllegalStateException("never reached");
            }
        };
        refused(() -> HaCluster.singleNode().with(bad).build(), "write something else");
    }

    @Test
    void aBuilderBuildsOnce() {
        HaCluster.Builder builder = HaCluster.singleNode();
        builder.build();
        assertTrue(String.valueOf(assertThrows(IllegalStateException.class, builder::build)
                        .getMessage())
                .contains("new builder"));
    }

    @Test
    void buildingStartsNothing() {
        FakeFeature one = new FakeFeature("one");
        HaCluster cluster = HaCluster.singleNode().with(one).build();
        assertEquals("single-node", cluster.name());
        assertEquals("node-1", cluster.node().id());
        assertEquals(1, one.events.size());
        assertTrue(cluster.toString().contains("node-1 of cluster single-node"));
    }
}
