package io.holdfast.membership.swim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SWIM, section 4.1. */
class BroadcastQueueTest {
    private final BroadcastQueue queue = new BroadcastQueue(m -> 10, 5);

    private static SwimMessage ack(int i) {
        return new SwimMessage.Ack(i);
    }

    private List<SwimMessage> take(int budget, int limit) {
        List<SwimMessage> taken = new ArrayList<>();
        queue.take(taken, budget, "", limit);
        return taken;
    }

    @Test
    void leastSentFirstAndNewestFirstAmongThem() {
        queue.put("a", ack(1));
        queue.put("b", ack(2));
        queue.put("c", ack(3));
        assertEquals(List.of(ack(3), ack(2)), take(25, 9));
        assertEquals(List.of(ack(1), ack(3)), take(25, 9));
    }

    @Test
    void aNewerUpdateTakesTheOlderOnesPlace() {
        queue.put("a", ack(1));
        take(100, 9);
        queue.put("a", ack(2));
        assertEquals(1, queue.size());
        assertEquals(List.of(ack(2)), take(100, 9));
    }

    @Test
    void whatWasSentOftenEnoughIsGone() {
        queue.put("a", ack(1));
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(ack(1)), take(100, 3));
        }
        assertTrue(queue.isEmpty());
        assertEquals(List.of(), take(100, 3));
    }

    @Test
    void theReceiverIsNotToldOfItself() {
        queue.put("a", ack(1));
        List<SwimMessage> taken = new ArrayList<>();
        assertEquals(100, queue.take(taken, 100, "a", 3));
        assertEquals(List.of(), taken);
    }

    @Test
    void beyondTheBoundWhatWasSentMostGoes() {
        queue.put("a", ack(0));
        take(100, 9);
        for (int i = 1; i <= 5; i++) {
            queue.put("k" + i, ack(i));
        }
        assertEquals(5, queue.size());
        assertEquals(1, queue.dropped());
        assertTrue(!take(100, 9).contains(ack(0)));
    }
}
