package io.holdfast.testkit;

import io.holdfast.core.runtime.Datagrams;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A socket for datagrams, and the system's buffer behind it: what arrives while the process is paused or busy waits there,
 * and what finds it full is gone, as a system does it.
 */
final class SimulatedSocket implements Datagrams.Socket {
    /** What Linux has by default, and how it counts: a datagram takes its place with all that the system adds. */
    static final int BUFFER_BYTES = 208 * 1024;

    private static final int SYSTEM_BYTES = 768;
    private static final int MOST_PER_TURN = 16;

    private record Waiting(InetSocketAddress from, ByteBuf payload) {
        int bytes() {
            return payload.readableBytes() + SYSTEM_BYTES;
        }
    }

    private final NodeDatagrams datagrams;
    private final SimulatedRuntime runtime;
    private final SimulatedNetwork network;
    private final InetSocketAddress address;
    private final Datagrams.Handler handler;
    private final Deque<Waiting> buffer = new ArrayDeque<>();
    private int bufferedBytes;
    private boolean turnScheduled;
    private boolean closed;

    SimulatedSocket(
            NodeDatagrams datagrams, SimulatedRuntime runtime, InetSocketAddress address, Datagrams.Handler handler) {
        this.datagrams = datagrams;
        this.runtime = runtime;
        this.network = runtime.simulation().network();
        this.address = address;
        this.handler = handler;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public boolean send(InetSocketAddress to, ByteBuf payload) {
        try {
            int bytes = payload.readableBytes();
            if (bytes < 1 || bytes > NodeDatagrams.MAX_DATAGRAM_BYTES || to.isUnresolved()) {
                throw new IllegalArgumentException("a datagram of " + bytes + " bytes to " + to + "; legal are 1 to "
                        + NodeDatagrams.MAX_DATAGRAM_BYTES + " bytes to a resolved address");
            }
            if (closed) {
                return false;
            }
            network.datagrams().send(runtime.node(), address, to, payload);
            return true;
        } finally {
            payload.release();
        }
    }

    /** A datagram has reached the host. */
    void arrive(InetSocketAddress from, ByteBuf payload) {
        Waiting waiting = new Waiting(from, payload);
        if (bufferedBytes + waiting.bytes() > BUFFER_BYTES) {
            network.datagrams().overflowed();
            payload.release();
            return;
        }
        buffer.add(waiting);
        bufferedBytes += waiting.bytes();
        scheduleTurn();
    }

    private void scheduleTurn() {
        if (!turnScheduled) {
            turnScheduled = true;
            Scheduler scheduler = network.scheduler();
            scheduler.schedule(EventKind.CONNECTION, runtime, scheduler.nowNanos(), this::read);
        }
    }

    private void read() {
        turnScheduled = false;
        for (int i = 0; i < MOST_PER_TURN && !closed; i++) {
            Waiting next = buffer.poll();
            if (next == null) {
                return;
            }
            bufferedBytes -= next.bytes();
            network.scheduler().trace(network.fingerprint(next.payload()));
            try {
                handler.received(next.from(), next.payload());
            } finally {
                network.handedOver(runtime, next.payload());
            }
        }
        if (!buffer.isEmpty()) {
            scheduleTurn();
        }
    }

    @Override
    public void close() {
        closed = true;
        datagrams.forget(this);
        buffer.forEach(waiting -> waiting.payload().release());
        buffer.clear();
        bufferedBytes = 0;
    }
}
