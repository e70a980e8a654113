package io.holdfast.replication.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.replication.wire.ClientMessage.Announcement;
import io.holdfast.replication.wire.ClientMessage.Open;
import io.holdfast.replication.wire.ClientMessage.Opened;
import io.holdfast.replication.wire.ClientMessage.Submit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LogClientTest {
    private static final Announcement X_IS_MASTER = new Announcement(5, "x", Map.of("x", "x:1", "y", "y:1"));

    private final ClientHost host = new ClientHost();
    private final LogClient client = new LogClient(host, new LogClient.Limits(1_000, 10, 10_000, 1_000_000_000L));

    /** A name for the whole service leads to one node at one time and to another at another. */
    @Test
    void theMasterIsKeptIfOneOfTwoLinksToItEnds() {
        client.start(Map.of(new Address("x", 1), "", new Address("service", 1), ""), null);
        host.at("x:1").up("x");
        host.at("x:1").says(X_IS_MASTER);
        host.at("x:1").says(new Opened(host.at("x:1").heard(Open.class).get(0).request(), 7));
        host.at("service:1").up("x");
        host.at("service:1").down();
        host.at("service:1").up("y");
        host.at("service:1").says(X_IS_MASTER);
        assertTrue(client.isReady());

        CompletableFuture<byte[]> write = client.writeAsync(2, new byte[1], 1_000_000_000L);
        host.turn();
        assertEquals(1, host.at("x:1").heard(Submit.class).size());
        assertFalse(write.isDone());
    }

    @Test
    void aNodeThatIsKnownByIdIsLookedForByIt() {
        client.start(Map.of(new Address("x", 1), "x", new Address("service", 1), ""), null);
        assertEquals("x", host.at("x:1").expected);
        assertEquals("", host.at("service:1").expected, "it may lead to any node");
        host.at("x:1").up("x");
        host.at("x:1").says(X_IS_MASTER);
        assertEquals("y", host.at("y:1").expected, "learnt");
        host.at("x:1").says(new Announcement(5, "x", Map.of("x", "x:1", "y", "service:1")));
        assertEquals("", host.at("service:1").expected, "what was configured as a name stays one");
    }

    @Test
    void anotherNodeMayMoveToWhereOneWas() {
        client.start(Map.of(new Address("x", 1), "x", new Address("y", 1), "y"), null);
        host.at("x:1").up("x");
        host.at("y:1").up("y");
        Announcement moved = new Announcement(6, "x", Map.of("x", "x:1", "z", "y:1"));
        host.at("x:1").says(moved);
        assertEquals("y", host.at("y:1").expected, "it is there, whatever others say");
        host.at("y:1").down();
        host.at("x:1").says(moved);
        assertEquals("z", host.at("y:1").expected);
        host.at("y:1").up("z");
        host.at("y:1").says(new Announcement(7, "z", Map.of("z", "y:1")));
        assertEquals("z", client.masterId());
    }

    @Test
    void stoppingCompletesNoFutureOnTheLoop() {
        client.start(Map.of(), null);
        CompletableFuture<byte[]> sent = client.writeAsync(2, new byte[1], 1_000_000_000L);
        host.turn();
        CompletableFuture<byte[]> waits = client.readAsync(2, new byte[1], 1_000_000_000L);
        client.stop();
        host.turn();
        assertFalse(sent.isDone() || waits.isDone());
        host.callBack();
        assertTrue(sent.isCompletedExceptionally() && waits.isCompletedExceptionally());
    }
}
