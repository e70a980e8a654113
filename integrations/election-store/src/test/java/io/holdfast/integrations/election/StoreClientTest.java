package io.holdfast.integrations.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreClientTest {
    private static final Request READ = new Request.Read();
    private static final int FAILURES = 5;

    private final List<Connection> connections = new ArrayList<>();
    private boolean away;
    private final StoreClient client = new StoreClient("node-1", "a store", () -> {
        if (away) {
            throw new IOException("nobody is there");
        }
        Connection connection = new Connection();
        connections.add(connection);
        return connection;
    });

    /** One that never recovers from what {@code stuck} it. */
    private static final class Connection implements RecordStore {
        boolean stuck;
        boolean closed;

        @Override
        public List<StoredRecord> readAll() throws IOException {
            if (stuck) {
                throw new IOException("no answer");
            }
            return List.of();
        }

        @Override
        public boolean commit(List<Change> changes) throws IOException {
            readAll();
            return true;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            assertNotNull(client.ask(READ).failure());
        }
    }

    @Test
    void aConnectionThatIsStuckIsReplaced() {
        assertNull(client.ask(READ).failure());
        connections.get(0).stuck = true;
        fail(FAILURES);
        assertTrue(connections.get(0).closed);
        assertNull(client.ask(READ).failure());
        assertEquals(2, connections.size());
        assertFalse(connections.get(1).closed);
    }

    @Test
    void aFewFailuresDoNotCostTheConnection() {
        assertNull(client.ask(READ).failure());
        for (int i = 0; i < 10; i++) {
            connections.get(0).stuck = true;
            fail(FAILURES - 1);
            connections.get(0).stuck = false;
            assertNull(client.ask(READ).failure());
        }
        assertEquals(1, connections.size());
    }

    @Test
    void aStoreThatIsAwayIsOpenedWhenItIsBack() {
        away = true;
        fail(3 * FAILURES);
        away = false;
        assertNull(client.ask(READ).failure());
        connections.get(0).stuck = true;
        fail(FAILURES - 1);
        assertFalse(connections.get(0).closed, "failures to open do not count against it");
        client.close();
        assertTrue(connections.get(0).closed);
        client.close();
    }
}
