package io.holdfast.core.internal.seal;

import io.holdfast.core.KeyRing;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.Seal;
import io.holdfast.core.spi.Seal.Opening;
import io.holdfast.core.spi.Seal.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Makes seals, and what they have in common. */
public final class SealFactory {
    /** First byte of a message: not sealed, version 1. */
    static final int PLAIN_1 = 0xA0;
    /** First byte of a message: sealed, version 1. */
    static final int SEALED_1 = 0xA1;

    private static final int LARGEST_BYTES = 16 * 1024 * 1024;
    private static final int MOST_SENDERS = 4096;

    private SealFactory() {}

    /**
     * A seal of a node's process.
     *
     * @param ring null for none
     * @param tolerance how far the clocks of two processes that have not heard of each other may differ, 1 s to 1 d; of no
     *     account without a ring
     * @param maxPayloadBytes 1 to 16 MiB; 0 for what fits into a datagram
     */
    public static Seal create(
            NodeRuntime runtime, String clusterName, @Nullable KeyRing ring, Duration tolerance, int maxPayloadBytes) {
        if (maxPayloadBytes < 0 || maxPayloadBytes > LARGEST_BYTES) {
            throw new IllegalArgumentException(
                    "a seal for payloads of " + maxPayloadBytes + " bytes; legal are 1 to 16 MiB, or 0 for datagrams");
        }
        int datagram = runtime.datagrams().maxDatagramBytes();
        if (ring == null) {
            int most = maxPayloadBytes == 0 ? datagram - PlainSeal.HEADER_BYTES : maxPayloadBytes;
            return new PlainSeal(clusterName, runtime.allocator(), most);
        }
        if (tolerance.compareTo(Duration.ofSeconds(1)) < 0 || tolerance.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("clockTolerance is " + tolerance + "; it must be 1 s to 1 d");
        }
        int most = maxPayloadBytes == 0 ? datagram - GcmSeal.OVERHEAD_BYTES : maxPayloadBytes;
        Senders senders = new Senders(MOST_SENDERS, tolerance.toMillis());
        return new GcmSeal(
                clusterName,
                ring,
                BootId.draw(runtime.random()),
                runtime.clock(),
                runtime.allocator(),
                senders,
                tolerance.toMillis(),
                most);
    }

    /** Lets a seal that was made with keys use others from now on. On the loop. */
    public static void rotate(Seal seal, KeyRing ring) {
        ((GcmSeal) seal).use(ring);
    }

    static int checked(int bytes, int most) {
        if (bytes < 1 || bytes > most) {
            throw new IllegalArgumentException("a payload of " + bytes + " bytes; legal are 1 to " + most);
        }
        return bytes;
    }

    static Opening malformed(int version, int bytes) {
        return new Opening(
                Outcome.MALFORMED,
                null,
                version == PLAIN_1 || version == SEALED_1
                        ? "its length of " + bytes + " bytes is none that a message can have"
                        : "it begins with no version that is known");
    }
}
