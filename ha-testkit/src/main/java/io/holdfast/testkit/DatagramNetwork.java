package io.holdfast.testkit;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.SplittableRandom;

/**
 * What carries datagrams between hosts: each goes its own way, with a delay of its own, and is lost, doubled and held up by the
 * quality of the link. Draws from a stream of its own, so that a cluster without datagrams runs as if there were none.
 */
final class DatagramNetwork {
    /** How long one may wait for a thin line; one that would wait longer is dropped, as a router does whose queue is full. */
    private static final long MAX_QUEUE_NANOS = 200_000_000L;

    private final SimulatedNetwork network;
    private final SplittableRandom random;
    private double loss;
    private long sent;
    private long sentBytes;
    private long overflowed;

    DatagramNetwork(SimulatedNetwork network, SplittableRandom random) {
        this.network = network;
        this.random = random;
    }

    void loss(double probability) {
        loss = Times.probability(probability, "the loss of datagrams");
    }

    /** Datagrams that left, lost ones too. */
    long sent() {
        return sent;
    }

    /** Bytes in them. */
    long sentBytes() {
        return sentBytes;
    }

    void overflowed() {
        overflowed++;
    }

    /** Datagrams that found a socket's buffer full. */
    long overflows() {
        return overflowed;
    }

    void send(SimulatedNode from, InetSocketAddress source, InetSocketAddress to, ByteBuf payload) {
        sent++;
        sentBytes += payload.readableBytes();
        SimulatedNode target = network.hosts().nodeAt(to.getAddress(), from);
        if (target == null) {
            return; // no host has that address
        }
        LinkState link = network.link(from, target);
        LinkQuality quality = link.quality();
        double lost = link.isLoopback() ? 0 : 1 - (1 - loss) * (1 - quality.loss());
        if (link.isCut() || link.blocksDatagrams() || chance(lost)) {
            return;
        }
        long now = network.scheduler().nowNanos();
        if (link.busyUntilNanos() - now > MAX_QUEUE_NANOS) {
            return;
        }
        long left = link.transmit(now, payload.readableBytes(), quality.bytesPerSecond());
        launch(quality, left, source, target, to.getPort(), network.copy(payload));
        if (chance(quality.duplication())) {
            launch(quality, left, source, target, to.getPort(), network.copy(payload));
        }
    }

    private void launch(
            LinkQuality quality, long left, InetSocketAddress source, SimulatedNode target, int port, ByteBuf payload) {
        long delay = quality.drawDelayNanos(random);
        if (chance(quality.reordering())) {
            delay += 4 * quality.drawDelayNanos(random);
        }
        network.scheduler()
                .schedule(EventKind.NETWORK, null, left + delay, () -> arrive(source, target, port, payload));
    }

    private static void arrive(InetSocketAddress source, SimulatedNode target, int port, ByteBuf payload) {
        SimulatedRuntime process = target.current();
        SimulatedSocket socket =
                process == null ? null : process.nodeDatagrams().socket(port);
        if (socket == null) {
            payload.release(); // no power, no process, or nobody at that port: the sender hears nothing of it
        } else {
            socket.arrive(source, payload);
        }
    }

    private boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }
}
