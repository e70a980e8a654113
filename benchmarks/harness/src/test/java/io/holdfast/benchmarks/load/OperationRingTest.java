package io.holdfast.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OperationRingTest {
    @Test
    void neverGivesAnOperationThatIsInFlightWhateverTheOrderOfTheirEnds() {
        Random random = new Random(1);
        for (int window : new int[] {1, 2, 3, 64, 1_000, 1_024}) {
            OperationRing ring = new OperationRing(window, 256, operation -> {});
            Deque<Operation> inFlight = new ArrayDeque<>();
            for (int i = 0; i < 20_000; i++) {
                Operation operation = ring.take();
                assertFalse(operation.isBusy());
                operation.begin(i);
                if (random.nextBoolean()) {
                    inFlight.addFirst(operation);
                } else {
                    inFlight.addLast(operation);
                }
                while (inFlight.size() >= window) {
                    inFlight.removeFirst().free();
                }
            }
        }
    }

    @Test
    void payloadsBeginWithTheSlotAndDiffer() {
        OperationRing ring = new OperationRing(4, 32, operation -> {});
        Set<ByteBuffer> payloads = new HashSet<>();
        for (Operation operation : ring.all()) {
            assertEquals(operation.slot(), ByteBuffer.wrap(operation.payload()).getLong());
            payloads.add(ByteBuffer.wrap(operation.payload()));
        }
        assertEquals(ring.all().length, payloads.size());
        assertTrue(payloads.size() >= 2 * 4);
    }
}
