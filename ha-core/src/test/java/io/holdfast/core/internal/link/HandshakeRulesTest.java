package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.internal.link.Handshake.Hello;
import io.holdfast.core.internal.link.Handshake.Reject;
import io.holdfast.core.internal.link.Handshake.Welcome;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HandshakeRulesTest {
    private static final UUID NONE = new UUID(0, 0);
    private static final UUID ONE = new UUID(1, 1);
    private static final UUID TWO = new UUID(2, 2);
    private static final Identity SELF = new Identity("shop", ONE, "node-1", TWO, true);

    private static Hello hello(String cluster, UUID clusterId, String node, UUID disk, String expected) {
        return new Hello(1, 1, 7, true, cluster, clusterId, node, disk, expected);
    }

    private static void rejects(RejectCode code, Hello hello, String... named) {
        Reject reject = HandshakeRules.judge(SELF, hello);
        assertNotNull(reject, hello.toString());
        assertEquals(code, reject.code());
        for (String part : named) {
            assertTrue(reject.text().contains(part), reject.text());
        }
    }

    @Test
    void takesAPeerOfTheSameClusterAndOneOfNoneYet() {
        assertNull(HandshakeRules.judge(SELF, hello("shop", ONE, "node-2", ONE, "node-1")));
        assertNull(HandshakeRules.judge(SELF, hello("shop", NONE, "node-2", NONE, "")));
        Identity unformed = new Identity("shop", NONE, "node-1", NONE, true);
        assertNull(HandshakeRules.judge(unformed, hello("shop", ONE, "node-2", NONE, "")));
    }

    @Test
    void anOperatorsToolNeedNotKnowTheClustersName() {
        assertNull(HandshakeRules.judge(SELF, new Hello(1, 1, 4, false, "", NONE, "ha-1", NONE, "")));
        rejects(RejectCode.OTHER_CLUSTER_NAME, new Hello(1, 1, 4, true, "", NONE, "node-2", NONE, ""), "node-2");
        rejects(RejectCode.OTHER_CLUSTER_NAME, new Hello(1, 1, 2, false, "", NONE, "client-1", NONE, ""), "client-1");
    }

    @Test
    void rejectsWhatDoesNotBelong() {
        rejects(RejectCode.OTHER_CLUSTER_NAME, hello("stock", ONE, "node-2", NONE, ""), "stock", "shop", "node-2");
        rejects(
                RejectCode.OTHER_CLUSTER_ID,
                hello("shop", TWO, "node-2", NONE, ""),
                "node-2",
                TWO.toString(),
                ONE.toString());
        rejects(RejectCode.NOT_THE_EXPECTED_NODE, hello("shop", ONE, "node-2", NONE, "node-3"), "node-3", "node-1");
        rejects(RejectCode.DUPLICATE_IDENTITY, hello("shop", ONE, "node-1", NONE, "node-2"), "node-1 of cluster shop");
        rejects(RejectCode.DUPLICATE_IDENTITY, hello("shop", ONE, "node-2", TWO, ""), TWO.toString());
        rejects(
                RejectCode.NO_COMMON_VERSION,
                new Hello(2, 3, 7, true, "shop", ONE, "node-2", NONE, ""),
                "versions 2 to 3");
    }

    @Test
    void choosesTheHighestCommonVersion() {
        Hello later = new Hello(1, 9, 7, true, "shop", ONE, "node-2", NONE, "");
        assertNull(HandshakeRules.judge(SELF, later));
        assertEquals(1, HandshakeRules.chosenVersion(later));
    }

    @Test
    void theDiallerChecksWhoAnswered() {
        assertNull(HandshakeRules.judge(SELF, "node-2", new Welcome(1, ONE, "node-2", ONE, true)));
        assertNull(HandshakeRules.judge(SELF, null, new Welcome(1, NONE, "node-9", NONE, true)));
        assertEquals(RejectCode.NO_COMMON_VERSION, code("node-2", new Welcome(2, ONE, "node-2", ONE, true)));
        assertEquals(RejectCode.OTHER_CLUSTER_ID, code("node-2", new Welcome(1, TWO, "node-2", ONE, true)));
        assertEquals(RejectCode.NOT_THE_EXPECTED_NODE, code("node-2", new Welcome(1, ONE, "node-3", ONE, true)));
        assertEquals(RejectCode.DUPLICATE_IDENTITY, code("node-2", new Welcome(1, ONE, "node-1", ONE, true)));
        assertEquals(RejectCode.DUPLICATE_IDENTITY, code("node-2", new Welcome(1, ONE, "node-2", TWO, true)));
    }

    private static RejectCode code(String expected, Welcome welcome) {
        Reject reject = HandshakeRules.judge(SELF, expected, welcome);
        assertNotNull(reject);
        return reject.code();
    }
}
