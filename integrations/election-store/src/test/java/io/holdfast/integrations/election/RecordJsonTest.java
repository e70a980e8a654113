package io.holdfast.integrations.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.holdfast.core.Address;
import io.holdfast.core.FencingToken;
import io.holdfast.core.Health;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The text is a format that other versions read, too. */
class RecordJsonTest {
    private final RecordJson json = new RecordJson();

    @Test
    void aNode() {
        NodeRecord node = new NodeRecord(
                "node-1",
                new Address("10.0.0.1", 7400),
                7,
                10_000,
                1_000,
                Health.DEGRADED,
                new TreeMap<>(Map.of("a", new NodeRecord.Bid(-5, false), "b", new NodeRecord.Bid(0, true))));
        String text =
                "{\"node\":\"node-1\",\"address\":\"10.0.0.1:7400\",\"beat\":7,\"leaseMillis\":10000,\"driftMillis\":1000,"
                        + "\"health\":\"DEGRADED\","
                        + "\"roles\":{\"a\":{\"priority\":-5},\"b\":{\"priority\":0,\"paused\":true}}}";
        assertEquals(text, json.write(node));
        assertEquals(node, json.readNode(text));
    }

    /** One that does not say where it is reached, or says what leads nowhere, is read all the same. */
    @Test
    void aNodeWithoutAnAddress() {
        NodeRecord node = new NodeRecord("n", null, 1, 1, 1, Health.UP, new TreeMap<>());
        String rest = "\"beat\":1,\"leaseMillis\":1,\"driftMillis\":1,\"health\":\"UP\",\"roles\":{}}";
        assertEquals("{\"node\":\"n\"," + rest, json.write(node));
        for (String address : new String[] {
            "",
            "\"address\":\"\",",
            "\"address\":\"nowhere\",",
            "\"address\":\"a:0\",",
            "\"address\":[7],",
            "\"address\":\"a\\nb:1\","
        }) {
            assertEquals(node, json.readNode("{\"node\":\"n\"," + address + rest), address);
        }
    }

    @Test
    void aRole() {
        RoleRecord role = new RoleRecord(FencingToken.of(1, 9), false, "node-1", "node-1-f00", 5_000, "node-2");
        String text = "{\"token\":281474976710665,\"held\":false,\"node\":\"node-1\",\"incarnation\":\"node-1-f00\","
                + "\"stopWithinMillis\":5000,\"to\":\"node-2\"}";
        assertEquals(text, json.write(role));
        assertEquals(role, json.readRole(text));
    }

    @Test
    void whatALaterVersionAddsIsLeftAlone() {
        assertEquals(
                new NodeRecord("n", null, 0, 1, 1, Health.DEGRADED, new TreeMap<>()),
                json.readNode(
                        "{\"node\":\"n\",\"leaseMillis\":1,\"driftMillis\":1,\"health\":\"SLEEPY\",\"new\":[1]}"));
    }

    @Test
    void whatIsNoRecordIsNotRead() {
        for (String text : new String[] {
            "",
            "{",
            "[]",
            "null",
            "{}",
            "{\"node\":1,\"leaseMillis\":1,\"driftMillis\":1}",
            "{\"node\":\"n\",\"leaseMillis\":-1,\"driftMillis\":1}",
            "{\"node\":\"n\",\"leaseMillis\":1e99,\"driftMillis\":1}",
            "{\"node\":\"n\",\"leaseMillis\":3600001,\"driftMillis\":1}"
        }) {
            assertNull(json.readNode(text), text);
        }
        for (String text : new String[] {
            "",
            "{}",
            "{\"token\":-1,\"held\":true,\"node\":\"n\",\"incarnation\":\"i\",\"stopWithinMillis\":1}",
            "{\"token\":1,\"held\":\"yes\",\"node\":\"n\",\"incarnation\":\"i\",\"stopWithinMillis\":1}",
            "{\"token\":1,\"held\":true,\"node\":\"n\",\"stopWithinMillis\":1}",
            "{\"token\":1,\"held\":true,\"node\":\"n\",\"incarnation\":\"i\"}"
        }) {
            assertNull(json.readRole(text), text);
        }
    }
}
