package io.holdfast.benchmarks.aeron;

import io.aeron.Publication;
import io.aeron.cluster.client.AeronCluster;
import io.holdfast.benchmarks.load.Operation;
import io.holdfast.benchmarks.load.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** A session of a cluster's, polled by the thread that uses it. Answers carry the operation's slot. */
final class AeronClient implements Target {
    private final AeronCluster session;
    private final List<@Nullable Operation> operations = new ArrayList<>();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[0]);

    AeronClient(AeronCluster.Context context) {
        session = AeronCluster.connect(context.egressListener(
                (sessionId, timestamp, buffer, offset, length, header) -> answered(buffer, offset)));
    }

    private void answered(DirectBuffer answer, int offset) {
        int slot = (int) answer.getLong(offset, java.nio.ByteOrder.BIG_ENDIAN);
        Operation operation = slot < operations.size() ? operations.set(slot, null) : null;
        if (operation != null) {
            operation.succeeded();
        }
    }

    @Override
    public boolean submit(Operation operation) throws IOException {
        byte[] payload = operation.payload();
        message.wrap(payload);
        long result = session.offer(message, 0, payload.length);
        if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED || session.isClosed()) {
            throw new IOException("the session is closed");
        }
        if (result < 0) {
            return false;
        }
        while (operations.size() <= operation.slot()) {
            operations.add(null);
        }
        operations.set(operation.slot(), operation);
        return true;
    }

    @Override
    public boolean isPolled() {
        return true;
    }

    @Override
    public int poll() throws IOException {
        int work = session.pollEgress();
        if (session.isClosed()) {
            throw new IOException("the session is closed");
        }
        return work;
    }

    @Override
    public void close() {
        session.close();
    }
}
