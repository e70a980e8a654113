package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.OperatorRole;
import io.holdfast.core.internal.link.Handshake.Reject;
import io.holdfast.core.internal.operator.OperatorServer;
import io.holdfast.core.runtime.PeerIdentity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final Admission admission =
            Admission.certified(Map.of("alice", OperatorRole.OPERATE, "bob", OperatorRole.READ));

    private static PeerIdentity of(String... names) {
        return new PeerIdentity(List.of(names), true);
    }

    @Test
    void aCertificateNamesItsNodeAloneOrWithTheCluster() {
        assertNull(admission.judge(of("node-1"), "node-1", "shop"));
        assertNull(admission.judge(of("x", "node-1.shop"), "node-1", "shop"));
        assertNull(Admission.open().judge(null, "node-1", "shop"));
        for (PeerIdentity wrong : List.of(
                of(), of("node-2"), of("node-1.bank"), of("NODE-1"), of("*"), of("*.shop"), of("node-1.shop.x"))) {
            Reject reject = admission.judge(wrong, "node-1", "shop");
            assertNotNull(reject, wrong.toString());
            assertEquals(RejectCode.OTHER_CERTIFICATE, reject.code());
            assertFalse(reject.text().contains("shop") && !wrong.toString().contains("shop"), reject.text());
        }
        assertNotNull(admission.judge(null, "node-1", "shop"));
    }

    @Test
    void anOperatorsCertificateIsGoodForOperatorsCommandsAlone() {
        assertNull(admission.judgeUse(of("bob"), false, Admission.OPERATORS));
        assertNotNull(admission.judgeUse(of("bob"), true, Admission.OPERATORS), "no node");
        assertNotNull(admission.judgeUse(of("bob"), false, 2), "no user of the log");
        assertNotNull(admission.judgeUse(of("node-1", "alice"), true, 1), "whatever else it names");
        assertNull(admission.judgeUse(of("node-1"), true, 1));
        assertNull(admission.judgeUse(of("client-1"), false, 2));
        assertNull(Admission.open().judgeUse(null, true, 1), "in plain nobody is known");
        assertEquals(OperatorServer.PROTOCOL.id(), Admission.OPERATORS);
    }

    /** Else whoever may use the log could call itself a node, and lead or join it. */
    @Test
    void aClientsCertificateMakesNoNode() {
        PeerIdentity client = new PeerIdentity(List.of("web-1"), false);
        Reject reject = admission.judgeUse(client, true, 1);
        assertNotNull(reject);
        assertTrue(reject.text().contains("serverAuth, clientAuth"), reject.text());
        assertNotNull(admission.judgeUse(client, true, Admission.OPERATORS));
        assertNull(admission.judgeUse(client, false, 2));
        assertNotNull(admission.judgeUse(null, true, 1));
    }

    /** Else a node of another cluster with the same authority comes in as one whose id looks like id and cluster. */
    @Test
    void anIdWithADotIsNamedWithItsClusterOnly() {
        assertNotNull(admission.judge(of("node-1.bank"), "node-1.bank", "shop"));
        assertNull(admission.judge(of("node-1.bank.shop"), "node-1.bank", "shop"));
        Reject reject = admission.judge(of("node-1.eu.shop"), "node-1", "eu.shop");
        assertNotNull(reject, "it may be node-1.eu of shop");
        assertNull(admission.judge(of("node-1.eu.shop"), "node-1.eu", "shop"));
        Reject short1 = admission.judge(of("a.b"), "a.b", "shop");
        assertNotNull(short1);
        assertTrue(short1.text().endsWith("it needs the DNS name a.b dot cluster name"), short1.text());
        // An operator belongs to no cluster, and has the role of his name as it stands.
        assertNull(admission.judge(of("boss.ops"), "boss.ops", ""));
    }

    @Test
    void aToolTakesANodeOfAnyClusterButNotOneWithALongerId() {
        assertNull(admission.judgeInAnyCluster(of("node-1"), "node-1"));
        assertNull(admission.judgeInAnyCluster(of("node-1.bank"), "node-1"));
        assertNotNull(admission.judgeInAnyCluster(of("node-1.eu.shop"), "node-1"));
        assertNull(admission.judgeInAnyCluster(of("node-1.eu.shop"), "node-1.eu"));
        assertNotNull(admission.judgeInAnyCluster(of("node-1.eu"), "node-1.eu"));
        assertNotNull(admission.judgeInAnyCluster(null, "node-1"));
        assertNull(Admission.open().judgeInAnyCluster(null, "node-1"));
    }

    @Test
    void rolesAreByNameAndTheGreatestCounts() {
        assertEquals(OperatorRole.OPERATE, admission.role(of("bob", "alice")));
        assertEquals(OperatorRole.READ, admission.role(of("bob")));
        assertEquals(OperatorRole.NONE, admission.role(of("node-1")));
        assertEquals(OperatorRole.NONE, admission.role(null));
        assertEquals(OperatorRole.OPERATE, Admission.open().role(null));
    }
}
