package io.holdfast.membership.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.Health;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.discovery.Discovery;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.MalformedFrameException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MetadataCodecTest {
    private static final Address AT = Address.parse("10.0.0.1:7400");

    private static Node node() {
        return Node.of("node-1")
                .bind(AT.toString())
                .zone("east")
                .weight(7)
                .tag("ssd")
                .tag("big")
                .service("http", "http://10.0.0.1:8080/a");
    }

    @Test
    void whatIsWrittenIsRead() {
        for (ReplicaRole role : ReplicaRole.values()) {
            MemberFacts facts =
                    new MemberFacts(role, Map.of("cpu", 0.5, "heap", 0.25), Set.of("log.2"), Health.DEGRADED, true);
            MetadataCodec.Content read = MetadataCodec.decode("node-1", AT, true, MetadataCodec.encode(node(), facts));
            assertEquals(facts, read.facts());
            assertEquals("east", read.node().zone());
            assertEquals(7, read.node().weight());
            assertEquals(node().tags(), read.node().tags());
            assertEquals(node().services(), read.node().services());
            assertTrue(read.node().isEphemeral());
        }
    }

    @Test
    void laterVersionsMayAddFields() {
        byte[] bytes = MetadataCodec.encode(node(), MemberFacts.NONE);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 9);
        assertEquals(
                "east", MetadataCodec.decode("node-1", AT, false, longer).node().zone());
    }

    @Test
    void whatIsCutOrGarbageIsMalformedAndNothingElse() {
        byte[] bytes = MetadataCodec.encode(node(), MemberFacts.NONE.withRole(ReplicaRole.MASTER));
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(MalformedFrameException.class, () -> MetadataCodec.decode("node-1", AT, false, cut));
        }
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] garbage = bytes.clone();
            for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
                garbage[random.nextInt(garbage.length)] = (byte) random.nextInt();
            }
            try {
                MetadataCodec.decode("node-1", AT, false, garbage);
            } catch (MalformedFrameException e) {
                assertTrue(
                        String.valueOf(e.getMessage()).matches("metadata of node-1 [a-zA-Z0-9 ,:.]*"), e.getMessage());
            }
        }
    }

    @Test
    void whatOthersSayForgesNoLine() {
        Node loud = node().zone("a\nb").tag("c\u001b[31m");
        Node read = MetadataCodec.decode("node-1", AT, false, MetadataCodec.encode(loud, MemberFacts.NONE))
                .node();
        assertEquals("a?b", read.zone());
        assertTrue(read.tags().contains("c?[31m"), read.tags().toString());
        assertThrows(
                IllegalArgumentException.class,
                () -> MetadataCodec.encode(node().zone("z".repeat(70_000)), MemberFacts.NONE));
    }

    @Test
    void aDescriptionThatGossipCannotCarryIsRefusedAtBuild() {
        GossipSettings settings = GossipSettings.of(Discovery.of("10.0.0.2:7400"));
        settings.validate(new HaFeature.Settings("shop", node(), false, false));
        Node long1 = node().service("web", "http://10.0.0.1/" + "x".repeat(400));
        String message = String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> settings.validate(new HaFeature.Settings("shop", long1, false, false)))
                .getMessage());
        assertTrue(message.contains("node-1") && message.contains("shorten"), message);
        HaFeature.Settings client = new HaFeature.Settings("shop", Node.client("web"), false, false);
        settings.validate(client);
        assertThrows(IllegalArgumentException.class, () -> settings.withListener(heard -> {})
                .validate(client));
        assertThrows(
                IllegalArgumentException.class,
                () -> settings.validate(new HaFeature.Settings("shop", node(), false, true)));
        settings.withDatagrams(false).validate(new HaFeature.Settings("shop", node(), false, true));
    }
}
