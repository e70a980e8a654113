package io.holdfast.membership.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Configuration;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.membership.GossipMembership;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Gossip by file and environment: what runs, and what is refused with what to write instead. */
@Timeout(120)
class MembershipConfigurationTest {
    private static final String NODE = """
            holdfast.cluster.name=shop
            holdfast.node.id=node-1
            holdfast.node.bind=127.0.0.1:0
            """;

    @TempDir
    Path directory;

    private HaCluster.Builder builder(String text, Map<String, String> environment) throws Exception {
        return HaCluster.builder(Configuration.load(Files.writeString(directory.resolve("p"), text))
                .environment(environment));
    }

    private void refused(String text, String... parts) throws Exception {
        HaCluster.Builder builder = builder(NODE + text, Map.of());
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, builder::build, text)
                .getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in: " + message);
        }
        assertFalse(message.contains("problems"), message);
    }

    @Test
    void configuredNodesFindEachOther() throws Exception {
        Path seeds = Files.writeString(directory.resolve("seeds"), "# nobody yet\n");
        Path keys = Files.writeString(directory.resolve("keys"), "0123456789abcdef".repeat(4) + "\n");
        String gossip = "holdfast.membership.seeds=file:" + seeds + "\n"
                + "holdfast.membership.keys=" + keys + "\n"
                + "holdfast.membership.profile=local\n"
                + "holdfast.membership.awaitOthers=0s\n";
        CountDownLatch found = new CountDownLatch(1);
        try (HaCluster first = builder(NODE + gossip, Map.of())
                .memberListener(event -> {
                    if (event.kind() == MemberEvent.Kind.JOINED) {
                        found.countDown();
                    }
                })
                .start()) {
            Files.writeString(seeds, first.node().advertisedAddress() + "\n");
            Map<String, String> environment =
                    Map.of("HOLDFAST_NODE_ID", "node-2", "HOLDFAST_MEMBERSHIP_AWAIT_OTHERS", "1m");
            try (HaCluster second = builder(NODE + gossip, environment).start()) {
                assertTrue(found.await(60, TimeUnit.SECONDS), () -> first.members() + " and " + second.members());
                assertEquals(
                        List.of("node-1", "node-2"),
                        first.members().present().stream()
                                .map(Member::id)
                                .sorted()
                                .toList());
            }
        }
    }

    @Test
    void whatIsMissingOrWrongIsSaidByKey() throws Exception {
        refused(
                "holdfast.membership.profile=WAN",
                "holdfast.membership.seeds is missing",
                "write for example holdfast.membership.seeds=10.0.0.1:7400");
        refused(
                "holdfast.membership.seeds=10.0.0.1",
                "holdfast.membership.seeds (" + directory.resolve("p") + ":4)",
                "10.0.0.1");
        String seeds = "holdfast.membership.seeds=10.0.0.1:7400\n";
        refused(seeds + "holdfast.membership.profile=far", "\"far\" is not", "LAN or WAN or LOCAL");
        refused(seeds + "holdfast.membership.awaitOthers=2h", "2h is too much", "0s to 1h");
        refused(seeds + "holdfast.membership.keyz=/etc/keys", "did you mean holdfast.membership.keys?");
    }

    @Test
    void codeTakesThePlaceOfAllThatIsWrittenForIt() throws Exception {
        builder(NODE + "holdfast.membership.profile=far", Map.of())
                .with(GossipMembership.seeds("10.0.0.1:7400"))
                .build();
    }
}
