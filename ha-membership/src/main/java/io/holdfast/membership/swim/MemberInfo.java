package io.holdfast.membership.swim;

import io.holdfast.core.Address;
import java.util.Arrays;

/**
 * What a process says of itself.
 *
 * @param id its name for ever, whatever its address
 * @param boot differs at each start of a process; drawn at random
 * @param incarnation only the process itself raises it: to refute a suspicion, or when one of the other fields changes. From 1
 *     up to {@link #MAX_INCARNATION}; goes on growing over restarts, since a restarted process learns from the others what it
 *     was.
 * @param address what others dial
 * @param flags {@link #EPHEMERAL}, {@link #CLIENT}
 * @param metadata opaque here, at most {@link #MAX_METADATA} bytes; not to be changed by anybody
 */
public record MemberInfo(String id, long boot, long incarnation, Address address, int flags, byte[] metadata) {
    /** Forgotten soon when it is dead, since it is not expected back. */
    public static final int EPHEMERAL = 1;
    /** Uses the cluster without being part of it: probed, but watches nobody and is watched by nobody. */
    public static final int CLIENT = 2;
    /** Bytes of metadata. */
    public static final int MAX_METADATA = 512;
    /** Far beyond what a cluster reaches; what claims more is not believed. */
    public static final long MAX_INCARNATION = 1L << 56;

    /** Checks the ranges. */
    public MemberInfo {
        if (id.isEmpty() || id.length() > 64) {
            throw new IllegalArgumentException("an id has 1 to 64 characters, not " + id.length());
        }
        if (incarnation < 1 || incarnation > MAX_INCARNATION) {
            throw new IllegalArgumentException("incarnation " + incarnation + " of " + id + " is out of range");
        }
        if (metadata.length > MAX_METADATA) {
            throw new IllegalArgumentException(
                    metadata.length + " bytes of metadata of " + id + " are more than " + MAX_METADATA);
        }
    }

    /** True if it is not expected back once it is dead. */
    public boolean isEphemeral() {
        return (flags & EPHEMERAL) != 0;
    }

    /** True if it only uses the cluster. */
    public boolean isClient() {
        return (flags & CLIENT) != 0;
    }

    MemberInfo withIncarnation(long next) {
        return new MemberInfo(id, boot, next, address, flags, metadata);
    }

    /** Whether the two say the same of all that users see. */
    public boolean saysTheSame(MemberInfo other) {
        return address.equals(other.address) && flags == other.flags && Arrays.equals(metadata, other.metadata);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof MemberInfo other
                && id.equals(other.id)
                && boot == other.boot
                && incarnation == other.incarnation
                && saysTheSame(other);
    }

    @Override
    public int hashCode() {
        return 31 * id.hashCode() + Long.hashCode(boot ^ incarnation);
    }

    @Override
    public String toString() {
        return id + " at " + address + ", boot " + Long.toHexString(boot) + ", incarnation " + incarnation;
    }
}
