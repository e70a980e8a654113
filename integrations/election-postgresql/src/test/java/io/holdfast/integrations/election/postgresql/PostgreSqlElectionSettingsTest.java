package io.holdfast.integrations.election.postgresql;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What docs/election.md shows compiles, and what it says of wrong settings is true. */
class PostgreSqlElectionSettingsTest {
    private static HaCluster build(PostgreSqlElection election) {
        List<String> events = new ArrayList<>();
        return HaCluster.builder("shop")
                .node(Node.of("node-1").bind("127.0.0.1:0").advertise("127.0.0.1:0"))
                .with(election)
                .onMaster(grant -> events.add("master " + grant.token()))
                .onSlave(events::add)
                .build();
    }

    private static void refused(PostgreSqlElection election, String says) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> build(election))
                .getMessage());
        assertTrue(message.contains(says), message);
    }

    @Test
    void theExampleIsValid() {
        assertFalse(build(PostgreSqlElection.on(new PGSimpleDataSource())
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
        refused(PostgreSqlElection.on(new PGSimpleDataSource()).table("a;b"), "\"ha.holdfast_election\"");
        refused(
                PostgreSqlElection.on(new PGSimpleDataSource()).lease(Duration.ofMillis(1)),
                ".lease(Duration.ofMillis(500))");
    }
}
