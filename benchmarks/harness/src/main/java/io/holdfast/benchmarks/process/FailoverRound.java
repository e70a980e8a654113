package io.holdfast.benchmarks.process;

import io.holdfast.benchmarks.subject.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One master's death in a new cluster: the time from the signal to the first acknowledgement of a write that was begun
 * after it, as writers in the surviving JVMs see it.
 */
public final class FailoverRound {
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    /** After this long no thread of a process that was sent SIGKILL or SIGSTOP runs any more. */
    private static final long DEAD_NANOS = 1_000_000L;

    private static final long LOOK_NANOS = 200_000L;

    private final Random random = new Random();
    private final Path scratch;

    /** Rounds with their directories in that one. */
    public FailoverRound(Path scratch) {
        this.scratch = scratch;
    }

    /** Milliseconds; empty if no write succeeded in 60 s. */
    public OptionalDouble run(SystemUnderTest system, Profile profile, String signal) throws IOException {
        try (Signals signals = new Signals();
                NodeCluster cluster = new NodeCluster(system, true, profile, scratch)) {
            pause();
            NodeProcess master = cluster.master();
            master.say("write true");
            for (NodeProcess node : cluster.nodes()) {
                if (node != master) {
                    node.say("write false");
                }
            }
            pause();
            if (cluster.master() != master) {
                throw new IOException(system.name() + " changed its master before the signal");
            }
            long sent = System.nanoTime();
            signals.send(signal, master.pid());
            long dead = System.nanoTime() + DEAD_NANOS;
            return firstAcknowledged(cluster, master, sent, dead);
        }
    }

    private void pause() {
        LockSupport.parkNanos(1_000_000_000L + random.nextInt(500_000_000));
    }

    private static OptionalDouble firstAcknowledged(NodeCluster cluster, NodeProcess master, long sent, long dead)
            throws IOException {
        long end = 0;
        while (end == 0 && System.nanoTime() - sent < PATIENCE_NANOS) {
            for (NodeProcess node : cluster.nodes()) {
                if (node != master) {
                    end = earlier(end, acknowledged(node, dead));
                }
            }
        }
        return end == 0 ? OptionalDouble.empty() : OptionalDouble.of((end - sent) / 1e6);
    }

    private static long earlier(long one, long other) {
        return one == 0 ? other : other == 0 ? one : Math.min(one, other);
    }

    private static long acknowledged(NodeProcess node, long begunAfter) throws IOException {
        @Nullable Message message = node.next(LOOK_NANOS);
        while (message != null) {
            if (message.word().equals("acknowledged") && message.figure("start") > begunAfter) {
                return (long) message.figure("end");
            }
            message = node.next(0);
        }
        return 0;
    }
}
