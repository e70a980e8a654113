package io.holdfast.testkit;

import org.jspecify.annotations.Nullable;

/** One direction between two nodes. */
final class LinkState {
    private final SimulatedNetwork network;
    final SimulatedNode from;
    final SimulatedNode to;
    private @Nullable LinkQuality own;
    private boolean cut;
    private boolean blocksDatagrams;
    private long busyUntilNanos;

    LinkState(SimulatedNetwork network, SimulatedNode from, SimulatedNode to) {
        this.network = network;
        this.from = from;
        this.to = to;
        if (isLoopback()) {
            own = LinkQuality.good();
        }
    }

    boolean isLoopback() {
        return from.equals(to);
    }

    LinkQuality quality() {
        LinkQuality set = own;
        return set == null ? network.quality() : set;
    }

    /** Null to follow the network's again. A host reaches itself always and well. */
    void quality(@Nullable LinkQuality quality) {
        if (!isLoopback()) {
            own = quality;
            busyUntilNanos = 0;
        }
    }

    boolean isCut() {
        return cut;
    }

    void cut(boolean isCut) {
        cut = isCut && !isLoopback();
    }

    boolean blocksDatagrams() {
        return blocksDatagrams;
    }

    /** Datagrams vanish, connections do not notice. */
    void blockDatagrams(boolean block) {
        blocksDatagrams = block && !isLoopback();
    }

    /** When the line is free again; a line whose limit has been taken back is free at once. */
    long busyUntilNanos() {
        return quality().bytesPerSecond() > 0 ? busyUntilNanos : 0;
    }

    /** Takes the line for as long as {@code bytes} need, and returns when they have left. */
    long transmit(long nowNanos, int bytes, long bytesPerSecond) {
        if (bytesPerSecond > 0) {
            long start = Math.max(nowNanos, busyUntilNanos);
            busyUntilNanos = start + Math.max(1, (long) (bytes * 1e9 / bytesPerSecond));
            return busyUntilNanos;
        }
        return nowNanos;
    }

    long drawDelayNanos() {
        return quality().drawDelayNanos(network.random());
    }

    /** True once in {@code 1 / probability}; draws only if it may be either. */
    boolean chance(double probability) {
        return probability > 0 && network.random().nextDouble() < probability;
    }

    @Override
    public String toString() {
        return from.id() + " to " + to.id();
    }
}
