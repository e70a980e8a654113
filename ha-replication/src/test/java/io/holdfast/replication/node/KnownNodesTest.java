package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.core.Address;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.core.spi.Links.RefusedException;
import io.holdfast.replication.bootstrap.FormationDriver;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.Identity.State;
import io.holdfast.replication.log.Voter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whom a node of a formed cluster answers that asks for its formation: who is listed, and who votes by now. */
class KnownNodesTest {
    private final NodeHost host = new NodeHost();

    private static Voter voter(String node) {
        return new Voter(node, new UUID(1, node.hashCode()), new Address(node, 1));
    }

    private static Peer peer(String node) {
        return new Peer(node, true, voter(node).diskId());
    }

    private static Identity identity(Voter... voters) {
        UUID cluster = new UUID(7, 7);
        return new Identity("shop", cluster, cluster, "a", voter("a").diskId(), State.FORMED, true, List.of(voters));
    }

    @Test
    void ofVotersThatCameAndWentNothingStays() {
        FormationDriver driver = new FormationDriver(
                host,
                Path.of("data"),
                voter("a").diskId(),
                1,
                Map.of("a", new Address("a", 1), "b", new Address("b", 1)),
                identity(voter("a"), voter("b")),
                Runnable::run,
                made -> true,
                formed -> {});
        driver.start();
        for (int i = 0; i < 10; i++) {
            driver.changed(identity(voter("a"), voter("pod-" + i)));
            host.accepted(peer("pod-" + i));
        }
        host.accepted(peer("b"));
        assertThrows(RefusedException.class, () -> host.accepted(peer("pod-3")));
    }
}
