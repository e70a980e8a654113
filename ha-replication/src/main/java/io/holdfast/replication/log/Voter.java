package io.holdfast.replication.log;

import io.holdfast.core.Address;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Who votes, or is to vote: not a node but a node with a disk. A vote is a promise to remember, and another disk remembers
 * nothing of it.
 *
 * @param nodeId its node id
 * @param diskId its disk; zero while that is not known
 * @param address where it is dialled
 */
public record Voter(String nodeId, UUID diskId, Address address) {
    /** Stands for a disk that is not known. */
    public static final UUID NO_DISK = new UUID(0, 0);

    private static final int MAX_TEXT_BYTES = 1_024;

    /** Checks what would be written into files. */
    public Voter {
        if (!isNodeId(nodeId)) {
            throw new IllegalArgumentException("\"" + nodeId + "\" is no node's id");
        }
    }

    /** True if a node may be called that. */
    public static boolean isNodeId(String text) {
        return text.matches("[A-Za-z0-9._-]{1,64}");
    }

    /** Its name in the protocol: {@code node/disk}, or the node's id alone while its disk is not known. */
    public String id() {
        return id(nodeId, diskId);
    }

    /** The name of a node with that disk. */
    public static String id(String nodeId, UUID diskId) {
        return diskId.equals(NO_DISK) ? nodeId : nodeId + '/' + diskId;
    }

    /** The node's id in such a name; empty if that is empty. */
    public static String nodeOf(String id) {
        int slash = id.indexOf('/');
        return slash < 0 ? id : id.substring(0, slash);
    }

    /** True if it is a place that is kept for a node whose disk is not known. */
    public boolean isVacant() {
        return diskId.equals(NO_DISK);
    }

    /** Writes node id, disk id and address; see {@code docs/formats.md}. */
    public void writeTo(DataOutputStream out) throws IOException {
        writeText(out, nodeId);
        out.writeLong(diskId.getMostSignificantBits());
        out.writeLong(diskId.getLeastSignificantBits());
        writeText(out, address.toString());
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    /**
     * Reads what {@link #writeTo} wrote.
     *
     * @throws IllegalArgumentException if that is none
     * @throws java.nio.BufferUnderflowException if it ends early
     */
    public static Voter read(ByteBuffer in) {
        return new Voter(readText(in), new UUID(in.getLong(), in.getLong()), Address.parse(readText(in)));
    }

    private static String readText(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        if (length < 1 || length > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException("a text of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return id() + '@' + address;
    }
}
