package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.replication.session.Outcome;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IngressTest {
    private static final class Source implements Ingress.Source {
        private final List<Long> answered = new ArrayList<>();

        @Override
        public void setReading(boolean reading) {}

        @Override
        public void answer(long session, long sequence, Outcome outcome, byte[] bytes) {
            answered.add(sequence);
        }

        @Override
        public void opened(long request, long session) {}

        @Override
        public void read(long request, Outcome outcome, byte[] bytes) {}

        @Override
        public void reached(long index) {}

        @Override
        public void flush() {}
    }

    private final Ingress ingress =
            new Ingress(new ManualTasks(), new OpenBatch(UnpooledByteBufAllocator.DEFAULT), 1 << 20, 1, () -> {});

    /** A client with two links to the master goes to the other one and back. */
    @Test
    void answersGoToTheLinkThatWasUsedLast() {
        Source one = new Source();
        Source other = new Source();
        ingress.connected(one);
        ingress.connected(other);
        ingress.batchFor(7, one);
        ingress.batchFor(7, other);
        ingress.answered(7, 1, Outcome.APPLIED, new byte[0]);
        ingress.batchFor(7, one);
        ingress.disconnected(other);
        ingress.answered(7, 2, Outcome.APPLIED, new byte[0]);
        assertEquals(List.of(1L), other.answered);
        assertEquals(List.of(2L), one.answered);
    }

    @Test
    void whoIsContentWithTheMastersDiskIsToldWhenTheBatchIsThere() {
        Source source = new Source();
        ingress.connected(source);
        ingress.masterChanged(true);
        ingress.tellStored(source, 7, 1);
        ingress.proposed(10);
        ingress.tellStored(source, 7, 3);
        ingress.stored(9);
        assertEquals(List.of(), source.answered);
        ingress.stored(10);
        assertEquals(List.of(1L), source.answered);
        ingress.proposed(11);
        ingress.masterChanged(false);
        ingress.stored(11);
        assertEquals(List.of(1L), source.answered, "another master may have put something else there");
    }
}
