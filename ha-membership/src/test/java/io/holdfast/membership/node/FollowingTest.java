package io.holdfast.membership.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.membership.node.FakeLinks.End;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.wire.Sighting;
import io.holdfast.membership.wire.StreamCodec;
import io.holdfast.membership.wire.StreamMessage.Sightings;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a client makes of what a member tells it. */
class FollowingTest {
    private static final UnpooledByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);

    private final List<String> events = new ArrayList<>();
    private final Following following = new Following(
            new Address("10.0.0.1", 7400),
            new StreamFrames(new FakeLinks.OpenSeal(), HEAP, new Address("10.0.0.9", 7400)),
            new NoTime(),
            100,
            new Following.Listener() {
                @Override
                public void saw(Following from, List<Sighting> all) {
                    events.add("all " + names(all));
                }

                @Override
                public void changed(Following from, List<Sighting> news) {
                    events.add("news " + names(news));
                }

                @Override
                public void lost(Following from, String why) {
                    events.add("lost: " + why);
                }
            });

    private static String names(List<Sighting> sightings) {
        return String.join(
                " ", sightings.stream().map(each -> each.member().id()).toList());
    }

    private void told(boolean whole, boolean last, long number, String... ids) {
        List<Sighting> entries = new ArrayList<>();
        for (String id : ids) {
            entries.add(new Sighting(
                    new MemberInfo(id, 1, 1, new Address("10.0.0.2", 7400), 0, new byte[0]), MemberState.ALIVE));
        }
        following.received(
                new End("node-1", following),
                Unpooled.wrappedBuffer(
                        Unpooled.wrappedBuffer(new byte[] {1}),
                        StreamCodec.encode(HEAP, new Sightings(whole, last, number, entries))));
    }

    @Test
    void allAndThenWhatChanges() {
        told(true, false, 1, "a");
        told(false, true, 2, "b");
        told(false, true, 3, "c");
        assertEquals(List.of("all a b", "news c"), events);
    }

    /** What was told would not come again, and the client would hold for ever what is not true any more. */
    @Test
    void whatDoesNotComeEndsIt() {
        told(true, true, 1, "a");
        told(false, true, 2, "b");
        told(false, true, 4, "a");
        told(false, true, 5, "a");
        assertEquals(3, events.size(), events.toString());
        assertEquals("lost: of what it told, numbers 3 to 3 have not come", events.get(2));
    }

    @Test
    void whatComesTwiceCountsOnce() {
        told(true, true, 1, "a");
        told(false, true, 2, "b");
        told(false, true, 2, "b");
        told(false, true, 3, "c");
        assertEquals(List.of("all a", "news b", "news c"), events);
    }

    @Test
    void aViewWhoseFirstPartDoesNotComeIsNone() {
        told(false, true, 2, "b");
        assertTrue(events.get(0).startsWith("lost: "), events.toString());
    }

    private static final class NoTime implements EventLoop {
        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            return () -> {};
        }

        @Override
        public void execute(Runnable task) {
            task.run();
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
