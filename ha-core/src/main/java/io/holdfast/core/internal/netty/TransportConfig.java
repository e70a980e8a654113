package io.holdfast.core.internal.netty;

import java.time.Duration;

/**
 * How a node's connections behave. Immutable; start from {@link #defaults()}.
 *
 * @param maxFrameBytes largest frame, 1 KiB to 1 GiB; default 16 MiB
 * @param urgentQueueBytes what may wait in one connection's URGENT lane, at least 1 KiB; default 1 MiB
 * @param bulkQueueBytes what may wait in one connection's BULK lane, at least {@code maxFrameBytes}; default 64 MiB
 * @param connectTimeout how long a dial may take, 1 ms to 1 h; default 2 s
 * @param preambleTimeout how long an accepted connection may take to say what it is, 1 ms to 1 h; default 5 s
 * @param maxInboundConnections accepted connections open at once per listener, at least 1; default 1,024
 * @param nativeTransport epoll where it is available; default true
 */
public record TransportConfig(
        int maxFrameBytes,
        int urgentQueueBytes,
        int bulkQueueBytes,
        Duration connectTimeout,
        Duration preambleTimeout,
        int maxInboundConnections,
        boolean nativeTransport) {

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    /** Checks the ranges. */
    public TransportConfig {
        require(maxFrameBytes >= KIB && maxFrameBytes <= 1024 * MIB, "maxFrameBytes", maxFrameBytes, "1 KiB to 1 GiB");
        require(urgentQueueBytes >= KIB, "urgentQueueBytes", urgentQueueBytes, "at least 1 KiB");
        require(
                bulkQueueBytes >= maxFrameBytes,
                "bulkQueueBytes",
                bulkQueueBytes,
                "at least maxFrameBytes, which is " + maxFrameBytes);
        require(isTimeout(connectTimeout), "connectTimeout", connectTimeout, "1 ms to 1 h");
        require(isTimeout(preambleTimeout), "preambleTimeout", preambleTimeout, "1 ms to 1 h");
        require(maxInboundConnections >= 1, "maxInboundConnections", maxInboundConnections, "at least 1");
    }

    /** The defaults named above. */
    public static TransportConfig defaults() {
        return new TransportConfig(16 * MIB, MIB, 64 * MIB, Duration.ofSeconds(2), Duration.ofSeconds(5), 1024, true);
    }

    /** The same with another largest frame, and the BULK lane widened if it could not hold one. */
    public TransportConfig withMaxFrameBytes(int bytes) {
        return new TransportConfig(
                bytes,
                urgentQueueBytes,
                Math.max(bulkQueueBytes, bytes),
                connectTimeout,
                preambleTimeout,
                maxInboundConnections,
                nativeTransport);
    }

    /** The same with other bounds on what may wait in the two lanes. */
    public TransportConfig withQueueBytes(int urgent, int bulk) {
        return new TransportConfig(
                maxFrameBytes, urgent, bulk, connectTimeout, preambleTimeout, maxInboundConnections, nativeTransport);
    }

    /** The same with another time for a dial. */
    public TransportConfig withConnectTimeout(Duration timeout) {
        return new TransportConfig(
                maxFrameBytes,
                urgentQueueBytes,
                bulkQueueBytes,
                timeout,
                preambleTimeout,
                maxInboundConnections,
                nativeTransport);
    }

    /** The same with another time for the far end's preamble. */
    public TransportConfig withPreambleTimeout(Duration timeout) {
        return new TransportConfig(
                maxFrameBytes,
                urgentQueueBytes,
                bulkQueueBytes,
                connectTimeout,
                timeout,
                maxInboundConnections,
                nativeTransport);
    }

    /** The same with another bound on accepted connections. */
    public TransportConfig withMaxInboundConnections(int connections) {
        return new TransportConfig(
                maxFrameBytes,
                urgentQueueBytes,
                bulkQueueBytes,
                connectTimeout,
                preambleTimeout,
                connections,
                nativeTransport);
    }

    /** The same with epoll allowed or not. */
    public TransportConfig withNativeTransport(boolean allowed) {
        return new TransportConfig(
                maxFrameBytes,
                urgentQueueBytes,
                bulkQueueBytes,
                connectTimeout,
                preambleTimeout,
                maxInboundConnections,
                allowed);
    }

    private static boolean isTimeout(Duration timeout) {
        return timeout.compareTo(Duration.ofMillis(1)) >= 0 && timeout.compareTo(Duration.ofHours(1)) <= 0;
    }

    private static void require(boolean holds, String name, Object value, String range) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be " + range);
        }
    }
}
