package io.holdfast.integrations.election.etcd;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What docs/election.md shows compiles, and what it says of wrong settings is true. */
class EtcdElectionSettingsTest {
    private static HaCluster build(EtcdElection election) {
        List<String> events = new ArrayList<>();
        return HaCluster.builder("shop")
                .node(Node.of("node-1").bind("127.0.0.1:0").advertise("127.0.0.1:0"))
                .with(election)
                .onMaster(grant -> events.add("master " + grant.token()))
                .onSlave(events::add)
                .build();
    }

    private static void refused(EtcdElection election, String says) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> build(election))
                .getMessage());
        assertTrue(message.contains(says), message);
    }

    @Test
    void theExampleIsValid() {
        assertFalse(build(EtcdElection.connect("http://etcd-1:2379", "http://etcd-2:2379")
                        .lease(Duration.ofSeconds(6))
                        .clockDrift(Duration.ofMillis(500))
                        .requestTimeout(Duration.ofSeconds(1))
                        .poll(Duration.ofMillis(200))
                        .calm(Duration.ofMinutes(1))
                        .epoch(1))
                .isReady());
    }

    @Test
    void wrongSettingsAreRefusedWithWhatToWrite() {
        refused(EtcdElection.connect("etcd-1:2379"), ".connect(\"http://etcd-1:2379\"");
        refused(EtcdElection.connect(), ".connect(\"http://etcd-1:2379\"");
        refused(EtcdElection.connect("http://e:1").root("x/"), ".root(\"/holdfast\")");
        refused(
                EtcdElection.connect("http://etcd-1:2379").lease(Duration.ofMillis(1)),
                ".lease(Duration.ofMillis(500))");
    }
}
