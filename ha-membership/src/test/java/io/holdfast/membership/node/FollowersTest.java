package io.holdfast.membership.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.membership.node.FakeLinks.End;
import io.holdfast.membership.swim.MemberChange;
import io.holdfast.membership.swim.MemberChange.Kind;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.wire.Sighting;
import io.holdfast.membership.wire.StreamCodec;
import io.holdfast.membership.wire.StreamMessage.Follow;
import io.holdfast.membership.wire.StreamMessage.Sightings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a member tells clients, and when. */
class FollowersTest {
    private static final UnpooledByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);
    private static final Sighting SELF = new Sighting(info("node-1"), MemberState.ALIVE);

    private final Time time = new Time();
    private boolean knows = true;
    private final Followers followers = new Followers(
            "node-1",
            new StreamFrames(new FakeLinks.OpenSeal(), HEAP, new Address("10.0.0.1", 7400)),
            time,
            time,
            () -> List.of(SELF),
            () -> knows);

    private static MemberInfo info(String id) {
        return new MemberInfo(id, 1, 1, new Address("10.0.0.2", 7400), 0, new byte[0]);
    }

    private static MemberChange change(Kind kind, String id, MemberState state) {
        return new MemberChange(kind, info(id), state, "a test");
    }

    private record Client(End end, LinkListener listener) {
        void follow() {
            ByteBuf encoded = StreamCodec.encode(HEAP, new Follow());
            listener.received(end, Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(new byte[] {1}), encoded));
        }

        /** What it was told since it was looked at last. */
        List<Sightings> told() {
            List<Sightings> told = new ArrayList<>();
            for (ByteBuf frame : end.sent) {
                frame.skipBytes(1);
                told.add((Sightings) StreamCodec.decode(frame));
            }
            end.sent.clear();
            return told;
        }
    }

    private Client connected() {
        LinkListener listener = followers.accept(FakeLinks.peer("client"));
        Client client = new Client(new End("client", listener), listener);
        listener.up(client.end());
        return client;
    }

    private Client following() {
        Client client = connected();
        client.follow();
        assertEquals(List.of(new Sightings(true, true, 1, List.of(SELF))), client.told());
        return client;
    }

    @Test
    void whoAsksGetsAllAndThenWhatChanges() {
        Client client = following();
        assertEquals(1, followers.count());
        followers.changed(change(Kind.JOINED, "node-2", MemberState.ALIVE));
        followers.changed(change(Kind.SUSPECTED, "node-2", MemberState.SUSPECT));
        followers.changed(change(Kind.FORGOTTEN, "node-3", MemberState.DEAD));
        time.pass(19);
        assertEquals(List.of(), client.told());
        time.pass(1);
        assertEquals(
                List.of(new Sightings(
                        false,
                        true,
                        2,
                        List.of(
                                new Sighting(info("node-2"), MemberState.SUSPECT),
                                new Sighting(info("node-3"), null)))),
                client.told());
    }

    /** Loads change all the time on all nodes, and go to all clients. */
    @Test
    void updatesAreToldTwiceASecondAndADeathAtOnce() {
        Client client = following();
        int updates = 0;
        for (int millis = 0; millis < 5_000; millis += 10) {
            followers.changed(change(Kind.UPDATED, "node-2", MemberState.ALIVE));
            time.pass(10);
            updates += client.told().size();
        }
        assertTrue(updates >= 9 && updates <= 11, updates + " in five seconds");
        time.pass(500); // what waited is told
        time.pass(500);
        client.told();
        followers.changed(change(Kind.UPDATED, "node-3", MemberState.ALIVE));
        time.pass(20);
        assertEquals(1, client.told().size(), "nothing was told for half a second");
        followers.changed(change(Kind.UPDATED, "node-3", MemberState.ALIVE));
        followers.changed(change(Kind.DIED, "node-2", MemberState.DEAD));
        time.pass(20);
        assertEquals(2, client.told().get(0).entries().size(), "the update goes with the death");
    }

    @Test
    void theSilentAreTold() {
        Client client = following();
        time.pass(1_000);
        followers.beat();
        assertEquals(List.of(new Sightings(false, true, 2, List.of())), client.told());
        followers.changed(change(Kind.DIED, "node-2", MemberState.DEAD));
        time.pass(20);
        client.told();
        followers.beat();
        assertEquals(List.of(), client.told(), "it has just been told something");
    }

    /** A client would take all others for gone. */
    @Test
    void whoHasJustStartedTellsNobody() {
        knows = false;
        assertThrows(Links.RefusedException.class, this::connected);
        knows = true;
        following();
    }

    @Test
    void whoOnlyConnectsIsToldNothing() {
        Client client = connected();
        followers.changed(change(Kind.DIED, "node-2", MemberState.DEAD));
        time.pass(1_000);
        followers.beat();
        assertEquals(List.of(), client.told());
        ByteBuf foreign = Unpooled.wrappedBuffer(new byte[] {(byte) 0xff, 1, 4});
        assertThrows(MalformedFrameException.class, () -> client.listener().received(client.end(), foreign));
        assertEquals(List.of(), client.told());
        assertEquals(0, followers.count());
    }

    @Test
    void whoDoesNotKeepUpIsLetGo() {
        Client slow = following();
        Client other = following();
        slow.end().full = true;
        followers.changed(change(Kind.DIED, "node-2", MemberState.DEAD));
        time.pass(20);
        assertFalse(slow.end().disconnected.isEmpty());
        assertEquals(1, other.told().size());
        assertEquals(1, followers.count());
    }

    /** A stranger without a key can do no more than connect. */
    @Test
    void whoHasAskedForNothingMakesRoom() {
        Client idle = connected();
        for (int i = 1; i < Followers.MOST; i++) {
            following();
        }
        following();
        assertFalse(idle.end().disconnected.isEmpty());
        assertEquals(Followers.MOST, followers.count());
    }

    @Test
    void thereAreBoundsAndAnEnd() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < Followers.MOST; i++) {
            clients.add(following());
        }
        assertThrows(Links.RefusedException.class, this::connected);
        clients.get(0).end().disconnect("it goes");
        Client last = following();
        followers.changed(change(Kind.DIED, "node-2", MemberState.DEAD));
        followers.close();
        time.pass(1_000);
        assertEquals(List.of(), last.told());
        assertFalse(last.end().disconnected.isEmpty());
        assertThrows(Links.RefusedException.class, this::connected);
    }

    private static final class Time implements EventLoop, Clock {
        private final List<Scheduled> scheduled = new ArrayList<>();
        private long now;

        private record Scheduled(long at, Runnable task) {}

        void pass(long millis) {
            now += TimeUnit.MILLISECONDS.toNanos(millis);
            for (Scheduled each : List.copyOf(scheduled)) {
                if (each.at() <= now && scheduled.remove(each)) {
                    each.task().run();
                }
            }
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            Scheduled made = new Scheduled(now + delayNanos, task);
            scheduled.add(made);
            return () -> scheduled.remove(made);
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

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public long wallMillis() {
            return 0;
        }
    }
}
