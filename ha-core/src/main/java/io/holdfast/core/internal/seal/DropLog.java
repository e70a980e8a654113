package io.holdfast.core.internal.seal;

import io.holdfast.core.runtime.Clock;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what strangers can cause, so that it cannot fill a disk: for each reason the first one, then one a minute. */
final class DropLog {
    private static final Logger LOG = LoggerFactory.getLogger(SealedPort.class);
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final class Silence {
        long untilNanos;
        long leftOut;
    }

    private final String nodeId;
    private final Clock clock;
    private final Map<Enum<?>, Silence> silences = new HashMap<>(); // as many as there are reasons

    DropLog(String nodeId, Clock clock) {
        this.nodeId = nodeId;
        this.clock = clock;
    }

    void dropped(Enum<?> reason, InetSocketAddress from, String detail) {
        log(reason, "dropped a datagram from", from, detail);
    }

    void notSent(Enum<?> reason, InetSocketAddress to, String detail) {
        log(reason, "could not send a datagram to", to, detail);
    }

    private void log(Enum<?> reason, String what, InetSocketAddress who, String detail) {
        long now = clock.nanoTime();
        Silence silence = silences.get(reason);
        if (silence != null && now - silence.untilNanos < 0) {
            silence.leftOut++;
            return;
        }
        long leftOut = silence == null ? 0 : silence.leftOut;
        LOG.warn("node {}: {} {} ({}): {} ({} such lines left out before)", nodeId, what, who, reason, detail, leftOut);
        Silence next = new Silence();
        next.untilNanos = now + PAUSE_NANOS;
        silences.put(reason, next);
    }
}
