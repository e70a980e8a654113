package io.holdfast.membership.swim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WatchRingTest {
    private static Peer peer(int i, int flags) {
        MemberInfo info = new MemberInfo("node-" + i, i, 1, new Address("10.0.0.1", 7400 + i), flags, new byte[0]);
        return new Peer(info, MemberState.ALIVE, 0);
    }

    private static List<String> watched(WatchRing ring) {
        ring.tell(new Ignored());
        return ring.watched().stream().map(p -> p.id).toList();
    }

    private static Map<String, WatchRing> rings(int n) {
        Map<String, WatchRing> rings = new HashMap<>();
        for (int i = 0; i < n; i++) {
            WatchRing ring = new WatchRing(peer(i, 0), 3);
            for (int j = n - 1; j >= 0; j--) {
                if (j != i) {
                    ring.add(peer(j, 0));
                }
            }
            rings.put("node-" + i, ring);
        }
        return rings;
    }

    @Test
    void eachIsWatchedByExactlyThree() {
        Map<String, Integer> watchers = new HashMap<>();
        rings(50).forEach((id, ring) -> watched(ring).forEach(w -> watchers.merge(w, 1, Integer::sum)));
        assertEquals(50, watchers.size());
        watchers.forEach((id, count) -> assertEquals(3, count, id));
    }

    @Test
    void inASmallClusterAllWatchAll() {
        rings(3).forEach((id, ring) -> assertEquals(2, watched(ring).size()));
    }

    @Test
    void oneThatComesMovesThreeLinks() {
        Map<String, WatchRing> rings = rings(50);
        int moved = 0;
        for (WatchRing ring : rings.values()) {
            List<String> before = new ArrayList<>(watched(ring));
            ring.add(peer(50, 0));
            before.removeAll(watched(ring));
            moved += before.size();
        }
        assertEquals(3, moved);
    }

    @Test
    void theThreeThatWatchItConfirm() {
        Map<String, WatchRing> rings = rings(20);
        for (int suspect = 0; suspect < 20; suspect++) {
            int confirmers = 0;
            String first = "node-" + (suspect + 1) % 20;
            for (Map.Entry<String, WatchRing> entry : rings.entrySet()) {
                boolean asked = !entry.getKey().equals("node-" + suspect)
                        && !entry.getKey().equals(first)
                        && entry.getValue().isConfirmer(peer(suspect, 0), first, 3);
                confirmers += asked ? 1 : 0;
            }
            assertEquals(3, confirmers, "and not the one that came to the suspicion");
        }
    }

    @Test
    void clientsNeitherWatchNorAreWatched() {
        WatchRing client = new WatchRing(peer(1, MemberInfo.CLIENT), 3);
        client.add(peer(2, 0));
        assertEquals(List.of(), watched(client));
        WatchRing ring = new WatchRing(peer(2, 0), 3);
        ring.add(peer(1, MemberInfo.CLIENT));
        assertTrue(watched(ring).isEmpty());
    }

    private static final class Ignored implements SwimOutput {
        @Override
        public void send(Address to, List<SwimMessage> messages) {}

        @Override
        public void pushPull(Address to, SwimTable mine) {}

        @Override
        public void answer(long stream, SwimTable mine) {}

        @Override
        public void probe(long probe, MemberInfo member) {}

        @Override
        public void watch(MemberInfo member) {}

        @Override
        public void unwatch(String id) {}

        @Override
        public void changed(MemberChange change) {}

        @Override
        public void conflict(Address other, long otherBoot, boolean refused) {}

        @Override
        public void delivered(String origin, byte[] payload, boolean broadcast) {}

        @Override
        public void leaveDone() {}
    }
}
