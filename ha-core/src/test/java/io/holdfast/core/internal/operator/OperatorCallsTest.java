package io.holdfast.core.internal.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.internal.operator.OperatorCalls.Reply;
import io.holdfast.core.spi.Links;
import io.holdfast.core.testing.MemoryRuntime;
import io.holdfast.core.testing.MemoryWorld;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** That whoever asks has an answer, whatever becomes of the node that asks. */
class OperatorCallsTest {
    private final MemoryWorld world = new MemoryWorld();
    private final MemoryRuntime runtime = world.runtime("host-1");
    private final Silent links = new Silent();
    private final OperatorCalls calls = new OperatorCalls(links, runtime, new Json());

    /** Dials whom nobody hears of again. */
    private static final class Silent implements Links {
        private int dialled;
        private int closed;

        @Override
        public void identify(UUID clusterId, UUID diskId) {}

        @Override
        public void accept(Protocol protocol, Acceptor taker) {}

        @Override
        public OutboundLink dial(Protocol protocol, @Nullable String expected, Address address, LinkListener listener) {
            dialled++;
            return new OutboundLink() {
                @Override
                public @Nullable Link current() {
                    return null;
                }

                @Override
                public void dialNow() {}

                @Override
                public Address address() {
                    return address;
                }

                @Override
                public void close() {
                    closed++;
                }
            };
        }
    }

    private CompletableFuture<Reply> ask() {
        return calls.ask("b", Address.parse("10.0.0.2:7400"), "status", Map.of(), 3_000_000_000L);
    }

    private static void assertNotAsked(CompletableFuture<Reply> reply) {
        assertTrue(reply.isDone());
        assertFalse(reply.join().isOk());
        assertEquals(
                "10.0.0.2:7400 was not asked: this end is closing", reply.join().text());
    }

    @Test
    void oneThatIsOpenEndsWithTheNode() {
        CompletableFuture<Reply> reply = ask();
        world.settle();
        assertEquals(1, links.dialled);
        assertFalse(reply.isDone());
        calls.close();
        assertNotAsked(reply);
        assertEquals(1, links.closed);
    }

    @Test
    void oneThatALoopWhichHasEndedNeverCameToEndsAsWell() {
        CompletableFuture<Reply> reply = ask();
        runtime.close(); // its tasks and timers are dropped
        world.runFor(Duration.ofSeconds(10));
        assertFalse(reply.isDone());
        calls.close();
        assertNotAsked(reply);
        calls.close();
    }

    @Test
    void afterwardsNobodyIsAsked() {
        calls.close();
        assertNotAsked(ask());
        world.settle();
        assertEquals(0, links.dialled);
    }

    @Test
    void oneThatHasItsTimeIsToldWhoDidNotAnswer() {
        CompletableFuture<Reply> reply = ask();
        world.runFor(Duration.ofSeconds(3));
        assertEquals(
                "no connection with 10.0.0.2:7400 within 3000 ms", reply.join().text());
        calls.close();
    }
}
