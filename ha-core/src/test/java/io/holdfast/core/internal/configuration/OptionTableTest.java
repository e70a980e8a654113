package io.holdfast.core.internal.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.core.internal.configuration.OptionTable.Group;
import io.holdfast.core.spi.Option;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionTableTest {

    private static Group group(String... keys) {
        List<Option<?>> options = List.of(keys).stream()
                .<Option<?>>map(key -> Option.text(key, ""))
                .toList();
        return new Group("node", options, null);
    }

    @Test
    void variablesFollowFromKeys() {
        assertEquals("HOLDFAST_NODE_ID", OptionTable.variableOf("holdfast.node.id"));
        assertEquals(
                "HOLDFAST_ETCD_ELECTION_REQUEST_TIMEOUT",
                OptionTable.variableOf("holdfast.etcd-election.requestTimeout"));
        assertEquals(
                "HOLDFAST_REPLICATION_ELECTION_TIMEOUT",
                OptionTable.variableOf("holdfast.replication.electionTimeout"));
        assertEquals(
                "HOLDFAST_REPLICATION_SNAPSHOTS_LOG_BYTES",
                OptionTable.variableOf("holdfast.replication.snapshots.logBytes"));
    }

    @Test
    void twoKeysNeverShareAVariable() {
        assertThrows(IllegalStateException.class, () -> new OptionTable(List.of(group("logBytes", "log.bytes"))));
        assertThrows(IllegalStateException.class, () -> new OptionTable(List.of(group("id", "id"))));
    }

    @Test
    void theNearestIsFound() {
        OptionTable table = new OptionTable(List.of(group("id", "advertise", "logBytes")));
        assertEquals("holdfast.node.id", table.nearestKey("holdfast.node.idd"));
        assertEquals("holdfast.node.advertise", table.nearestKey("holdfast.node.advertize"));
        assertEquals("holdfast.node.logBytes", table.nearestKey("holdfast.node.log-bytes"));
        assertEquals("HOLDFAST_NODE_LOG_BYTES", table.nearestVariable("HOLDFAST_NODE_LOGBYTES"));
        assertNull(table.nearestKey("holdfast.something.else.entirely"));
    }

    @Test
    void aSecretMayStandInAFile() {
        Group tls = new Group("tls", List.of(Option.secret("keyPassword", "")), null);
        assertEquals(
                List.of("holdfast.tls.keyPassword", "holdfast.tls.keyPasswordFile"),
                new OptionTable(List.of(tls))
                        .keys().stream().map(OptionTable.Key::name).toList());
    }
}
