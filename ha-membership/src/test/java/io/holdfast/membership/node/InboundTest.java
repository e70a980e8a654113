package io.holdfast.membership.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.membership.node.FakeLinks.End;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.SwimTable;
import io.holdfast.membership.wire.StreamCodec;
import io.holdfast.membership.wire.StreamMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What others may take of a node by links for gossip. */
class InboundTest {
    private static final UnpooledByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);
    private static final long BOOT = 77;

    private final StreamFrames frames = new StreamFrames(new FakeLinks.OpenSeal(), HEAP, new Address("10.0.0.1", 7400));
    private final Loop loop = new Loop();
    private final List<String> heard = new ArrayList<>();
    private final Inbound inbound = new Inbound("node-1", BOOT, frames, 10_000, loop, new Inbound.Listener() {
        @Override
        public void asked(Links.Link link, SwimTable table) {
            heard.add(
                    "table of " + table.from().id() + " with " + table.entries().size());
        }

        @Override
        public void messages(Address from, ByteBuf payload, boolean inReturn) {
            heard.add("messages at " + from + " " + inReturn);
        }
    });

    private record Standing(End end, LinkListener listener) {
        void receive(ByteBuf frame) {
            listener.received(end, frame);
            frame.release();
        }

        void down() {
            end.disconnect("a test's");
        }
    }

    private Standing open(String id) {
        LinkListener listener = inbound.accept(FakeLinks.peer(id));
        Standing standing = new Standing(new End(id, listener), listener);
        listener.up(standing.end());
        return standing;
    }

    private static ByteBuf stream(StreamMessage message) {
        ByteBuf encoded = StreamCodec.encode(HEAP, message);
        return Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(new byte[] {1}), encoded);
    }

    private static MemberInfo info(String id) {
        return new MemberInfo(id, 1, 1, new Address("10.0.0.2", 7400), 0, new byte[400]);
    }

    private static ByteBuf part(String from, boolean last) {
        List<SwimTable.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            entries.add(new SwimTable.Entry(info("m-" + i), MemberState.ALIVE, 0));
        }
        return stream(new StreamMessage.TablePart(false, last, info(from), entries));
    }

    @Test
    void onlyThatVeryProcessAnswersAPing() {
        Standing link = open("node-2");
        link.receive(stream(new StreamMessage.StreamPing(5, "node-3", BOOT)));
        link.receive(stream(new StreamMessage.StreamPing(5, "node-1", BOOT - 1)));
        assertEquals(0, link.end().sent.size());
        link.receive(stream(new StreamMessage.StreamPing(5, "node-1", BOOT)));
        ByteBuf answer = link.end().sent.get(0);
        assertEquals(new StreamMessage.StreamAck(5), StreamCodec.decode(answer.skipBytes(1)));
    }

    @Test
    void whatTheSealDoesNotOpenIsMalformed() {
        Standing link = open("node-2");
        ByteBuf foreign = Unpooled.wrappedBuffer(new byte[] {(byte) 0xff, 1, 2});
        assertThrows(MalformedFrameException.class, () -> link.listener().received(link.end(), foreign));
        ByteBuf nowhere = Unpooled.wrappedBuffer(new byte[] {2, 1, 'h', 0, 0});
        assertThrows(MalformedFrameException.class, () -> link.listener().received(link.end(), nowhere));
        assertEquals(List.of(), heard);
    }

    @Test
    void oneNodeHasSoManyLinksAndNoMore() {
        List<Standing> links = new ArrayList<>();
        for (int i = 0; i < Inbound.MOST_OF_ONE; i++) {
            links.add(open("node-2"));
        }
        assertThrows(Links.RefusedException.class, () -> open("node-2"));
        open("node-3");
        links.get(0).down();
        open("node-2");
        assertEquals(Inbound.MOST_OF_ONE + 1, inbound.count());
    }

    @Test
    void whoHasShownNothingMakesRoomFirst() {
        Standing member = open("node-2");
        member.receive(stream(new StreamMessage.StreamPing(0, "node-1", BOOT)));
        Standing first = open("stranger");
        for (int i = 2; i < Inbound.MOST_LINKS; i++) {
            open("stranger-" + i);
        }
        open("node-3");
        assertTrue(first.end().disconnected.contains("others need its place"), first.end().disconnected);
        assertEquals("", member.end().disconnected);
        assertEquals(Inbound.MOST_LINKS, inbound.count());
    }

    @Test
    void unfinishedTablesAreBoundedTogetherAndInTime() {
        List<Standing> links = new ArrayList<>();
        long sent = 0;
        boolean refused = false;
        for (int i = 0; !refused; i++) {
            Standing link = open("node-" + (100 + i));
            links.add(link);
            for (int p = 0; p < 20 && !refused; p++) {
                ByteBuf frame = part(link.end().id, false);
                sent += frame.readableBytes();
                link.receive(frame);
                refused = !link.end().disconnected.isEmpty();
            }
            assertTrue(sent < Inbound.MOST_HELD_BYTES + (1 << 20), "nobody was refused after " + sent + " bytes");
        }
        links.forEach(Standing::down);
        Standing next = open("node-2");
        next.receive(part("node-2", false)); // all has been given back
        assertEquals("", next.end().disconnected);
        loop.runAll();
        assertTrue(next.end().disconnected.contains("not complete"), next.end().disconnected);
    }

    @Test
    void aWholeTableIsHandedOn() {
        Standing link = open("node-2");
        link.receive(part("node-2", false));
        link.receive(part("node-2", true));
        link.receive(part("somebody-else", true)); // not the far end's own
        assertEquals(List.of("table of node-2 with 200"), heard);
        loop.runAll();
        assertEquals("", link.end().disconnected);
    }

    /** Runs what is scheduled when the test says so. */
    private static final class Loop implements EventLoop {
        private final List<Runnable> scheduled = new ArrayList<>();

        void runAll() {
            List.copyOf(scheduled).forEach(Runnable::run);
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            scheduled.add(task);
            return () -> scheduled.remove(task);
        }

        @Override
        public void run(Runnable task) {
            task.run();
        }

        @Override
        public boolean inEventLoop() {
            return true;
        }
    }
}
