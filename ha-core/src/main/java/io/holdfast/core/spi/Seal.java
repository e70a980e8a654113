package io.holdfast.core.spi;

import io.holdfast.core.KeyRing;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Seals messages with the keys of a {@link KeyRing} so that only those who have one can read, make or change them, and opens
 * such messages, each once. Without a key ring it only keeps clusters of different names apart.
 *
 * <p>Each message stands for itself: it may be lost, late or out of order. One seal belongs to one node for as long as its
 * process lives. Used on the loop only.
 */
public interface Seal {

    /** What became of a message that was to be opened. */
    enum Outcome {
        /** It is genuine, of this cluster, recent, and has not been seen before. */
        OPENED,
        /** It was sealed with a key that is not in the key ring, or not sealed at all where there is one, or the reverse. */
        FOREIGN,
        /** It claims a key of the key ring, and was not made with it for this cluster, or was changed under way. */
        FORGED,
        /** It has been opened before, or is so late that this can no longer be told. */
        REPLAYED,
        /** It comes from a process not heard of before, and the clocks of both differ by more than is tolerated. */
        STALE,
        /** It is too short or too long, or of a version that is not known. */
        MALFORMED
    }

    /**
     * What {@link #open} found.
     *
     * @param payload what was sealed, in a buffer that belongs to the caller; null unless {@link Outcome#OPENED}
     * @param detail for people; empty if {@link Outcome#OPENED}
     */
    record Opening(Outcome outcome, @Nullable ByteBuf payload, String detail) {}

    /** How much longer a message is than its payload, in bytes, at the most. */
    int overheadBytes();

    /** The largest payload, in bytes. */
    int maxPayloadBytes();

    /**
     * Seals what is readable in {@code payload}, which stays as it is and the caller's.
     *
     * @return a new buffer, the caller's
     * @throws IllegalArgumentException if there is nothing, or more than {@link #maxPayloadBytes()}
     */
    ByteBuf seal(ByteBuf payload);

    /** Opens what is readable in {@code message}, which stays as it is and the caller's. Throws nothing, whatever it holds. */
    Opening open(ByteBuf message);
}
