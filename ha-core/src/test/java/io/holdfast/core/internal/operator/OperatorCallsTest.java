package io.holdfast.core.internal.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.internal.operator.OperatorCalls.Reply;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links;
import io.holdfast.core.testing.MemoryRuntime;
import io.holdfast.core.testing.MemoryWorld;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        private @Nullable LinkListener last;

        @Override
        public void identify(UUID clusterId, UUID diskId) {}

        @Override
        public void accept(Protocol protocol, Acceptor taker) {}

        @Override
        public OutboundLink dial(Protocol protocol, @Nullable String expected, Address address, LinkListener listener) {
            dialled++;
            last = listener;
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

    /** A link that keeps what is sent on it. */
    private record Sent(List<ByteBuf> frames) implements Links.Link {
        @Override
        public Links.Peer peer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean send(Lane lane, ByteBuf frame) {
            frames.add(frame);
            return true;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void setReading(boolean reading) {}

        @Override
        public void disconnect(String why) {}
    }

    private CompletableFuture<Reply> ask() {
        return calls.ask("b", Address.parse("10.0.0.2:7400"), "status", Map.of(), 3_000_000_000L);
    }

    private static void assertNotAsked(CompletableFuture<Reply> reply) {
        assertTrue(reply.isDone());
        assertFalse(reply.join().isOk());
        assertFalse(reply.join().asked());
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

    /** It has been said that nobody was asked. */
    @Test
    void aConnectionThatComesTooLateIsNotUsed() {
        CompletableFuture<Reply> reply = ask();
        world.settle();
        runtime.close();
        calls.close();
        assertNotAsked(reply);
        List<ByteBuf> sent = new ArrayList<>();
        int closed = links.closed;
        Objects.requireNonNull(links.last).up(new Sent(sent));
        assertEquals(List.of(), sent);
        assertEquals(closed + 1, links.closed);
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

    /** Who was asked may do it, whatever becomes of the answer. */
    @Test
    void whatWasSentIsToldApartFromWhatWasNot() {
        CompletableFuture<Reply> unreached = ask();
        world.runFor(Duration.ofSeconds(3));
        assertFalse(unreached.join().asked());
        CompletableFuture<Reply> refused = ask();
        world.settle();
        Objects.requireNonNull(links.last).dialFailed(CloseReason.REFUSED, "");
        assertFalse(refused.join().asked());
        CompletableFuture<Reply> unanswered = asked();
        world.runFor(Duration.ofSeconds(3));
        assertNotAnswered(unanswered, "no answer from 10.0.0.2:7400 within 3000 ms");
        CompletableFuture<Reply> broken = asked();
        Links.LinkListener listener = Objects.requireNonNull(links.last);
        listener.down(new Sent(new ArrayList<>()), CloseReason.REMOTE, "reset");
        assertNotAnswered(broken, "10.0.0.2:7400 ended the connection before it answered: reset");
        CompletableFuture<Reply> cut = asked();
        calls.close();
        assertNotAnswered(cut, "this end is closing, and ended the connection before 10.0.0.2:7400 answered");
    }

    private CompletableFuture<Reply> asked() {
        CompletableFuture<Reply> reply = ask();
        world.settle();
        List<ByteBuf> sent = new ArrayList<>();
        Objects.requireNonNull(links.last).up(new Sent(sent));
        assertEquals(1, sent.size());
        sent.forEach(ByteBuf::release);
        return reply;
    }

    private static void assertNotAnswered(CompletableFuture<Reply> reply, String why) {
        assertEquals(why, reply.join().text());
        assertNull(reply.join().code());
        assertTrue(reply.join().asked());
    }
}
