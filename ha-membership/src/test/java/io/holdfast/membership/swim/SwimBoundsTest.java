package io.holdfast.membership.swim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.membership.wire.SwimCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What others say must not make a node grow, stop, or take what is another's. */
class SwimBoundsTest {
    private static final Address HERE = new Address("10.0.0.1", 7400);
    private static final Address THERE = new Address("10.0.0.2", 7400);

    private final Set<String> known = new HashSet<>();
    private final List<String> delivered = new ArrayList<>();
    private final List<String> links = new ArrayList<>();
    private boolean left;

    private final Swim swim = new Swim(
            SwimConfig.lan().maxMembers(16).build(),
            new MemberInfo("node-1", 7, 1, HERE, 0, new byte[0]),
            SwimCodec::size,
            new SplittableRandom(1),
            new Output());

    private static MemberInfo other(String id, long boot, long incarnation) {
        return new MemberInfo(id, boot, incarnation, THERE, 0, new byte[0]);
    }

    @Test
    void whoIsDroppedForWantOfRoomIsTold() {
        swim.start(0, List.of());
        for (int i = 0; i < 200; i++) {
            String id = "guest-" + i;
            swim.received(i, THERE, List.of(new SwimMessage.Alive(other(id, i, 1))));
            swim.received(i, THERE, List.of(new SwimMessage.Left(id, i, 1)));
            assertTrue(known.size() < 16, known.toString());
        }
        assertTrue(known.contains("guest-199"));
        assertFalse(known.contains("guest-0"));
    }

    @Test
    void aProcessRestartedInItsPlaceIsStillWatched() {
        swim.start(0, List.of());
        swim.received(1, THERE, List.of(new SwimMessage.Alive(other("node-2", 1, 1))));
        swim.received(2, THERE, List.of(new SwimMessage.Alive(other("node-2", 2, 2))));
        assertEquals("watch node-2 2", links.get(links.size() - 1), links.toString());
    }

    @Test
    void theHighestIncarnationStopsNobody() {
        swim.start(0, List.of());
        swim.received(
                1,
                THERE,
                List.of(new SwimMessage.Suspect("node-1", 7, MemberInfo.MAX_INCARNATION - 1, List.of("x"), false)));
        assertEquals(MemberInfo.MAX_INCARNATION, swim.self().incarnation());
        swim.received(2, THERE, List.of(new SwimMessage.Suspect("node-1", 7, 5, List.of("x"), false)));
        swim.received(3, THERE, List.of(new SwimMessage.Dead("node-1", 7, MemberInfo.MAX_INCARNATION, "x")));
        swim.leave(4);
        assertTrue(left);
    }

    @Test
    void whatWasSentToAnotherOrToAFormerProcessIsNotDelivered() {
        swim.start(0, List.of());
        byte[] payload = "hello".getBytes(StandardCharsets.UTF_8);
        swim.received(1, THERE, List.of(new SwimMessage.Direct("node-2", "node-3", 7, payload)));
        swim.received(1, THERE, List.of(new SwimMessage.Direct("node-2", "node-1", 6, payload)));
        assertEquals(List.of(), delivered);
        swim.received(1, THERE, List.of(new SwimMessage.Direct("node-2", "node-1", 7, payload)));
        assertEquals(List.of("node-2: hello"), delivered);
    }

    private final class Output implements SwimOutput {
        @Override
        public void send(Address to, List<SwimMessage> messages) {}

        @Override
        public void pushPull(Address to, SwimTable mine) {}

        @Override
        public void answer(long stream, SwimTable mine) {}

        @Override
        public void probe(long probe, MemberInfo member) {}

        @Override
        public void watch(MemberInfo member) {
            links.add("watch " + member.id() + " " + member.boot());
        }

        @Override
        public void unwatch(String id) {
            links.add("unwatch " + id);
        }

        @Override
        public void changed(MemberChange change) {
            if (change.kind() == MemberChange.Kind.FORGOTTEN) {
                known.remove(change.member().id());
            } else {
                known.add(change.member().id());
            }
        }

        @Override
        public void conflict(Address other, long otherBoot, boolean refused) {}

        @Override
        public void delivered(String origin, byte[] payload, boolean broadcast) {
            delivered.add(origin + ": " + new String(payload, StandardCharsets.UTF_8));
        }

        @Override
        public void leaveDone() {
            left = true;
        }
    }
}
