package io.holdfast.benchmarks.aeron;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.logbuffer.Header;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Counts messages, and answers each with its first eight bytes. */
final class CountingService implements ClusteredService {
    private static final int ATTEMPTS = 100_000;

    private final AtomicLong count = new AtomicLong();
    private final UnsafeBuffer answer = new UnsafeBuffer(new byte[Long.BYTES]);
    private volatile Cluster.@Nullable Role role;
    private @Nullable Cluster cluster;

    @Override
    public void onStart(Cluster of, @Nullable Image snapshot) {
        cluster = of;
        role = of.role();
    }

    @Override
    public void onSessionMessage(
            @Nullable ClientSession session,
            long timestamp,
            DirectBuffer buffer,
            int offset,
            int length,
            Header header) {
        count.incrementAndGet();
        if (session == null) {
            return;
        }
        answer.putBytes(0, buffer, offset, Long.BYTES);
        for (int i = 0; i < ATTEMPTS && session.offer(answer, 0, Long.BYTES) < 0; i++) {
            idle();
        }
    }

    private void idle() {
        if (cluster != null) {
            cluster.idleStrategy().idle();
        }
    }

    @Override
    public void onRoleChange(Cluster.Role next) {
        role = next;
    }

    @Override
    public void onSessionOpen(ClientSession session, long timestamp) {}

    @Override
    public void onSessionClose(ClientSession session, long timestamp, CloseReason reason) {}

    @Override
    public void onTimerEvent(long correlationId, long timestamp) {}

    @Override
    public void onTakeSnapshot(ExclusivePublication snapshot) {}

    @Override
    public void onTerminate(Cluster of) {}

    Cluster.@Nullable Role role() {
        return role;
    }

    long count() {
        return count.get();
    }
}
