package io.holdfast.replication.roles;

import io.holdfast.replication.roles.RoleState.Candidate;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** A {@link RoleTable} as bytes; see {@code docs/formats.md}. */
public final class RoleSnapshot {
    /** Of what {@link RoleTable#snapshot} gives. */
    public static final int VERSION = 1;

    private RoleSnapshot() {}

    static byte[] write(RoleTable table) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(table.lastToken);
            out.writeUTF(table.moving);
            out.writeLong(table.movingUntilNanos);
            out.writeInt(table.nodes.size());
            for (Map.Entry<String, Enlisted> entry : table.nodes.entrySet()) {
                Enlisted node = entry.getValue();
                out.writeUTF(entry.getKey());
                out.writeLong(node.diskId.getMostSignificantBits());
                out.writeLong(node.diskId.getLeastSignificantBits());
                out.writeLong(node.generation);
                out.writeLong(node.leaseNanos);
                out.writeLong(node.sinceNanos);
                out.writeLong(node.renewedNanos);
                out.writeByte(node.health);
                out.writeLong(node.healthSinceNanos);
            }
            out.writeInt(table.roles.size());
            for (RoleState role : table.roles.values()) {
                write(out, role);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be, in memory", e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, RoleState role) throws IOException {
        out.writeUTF(role.name);
        out.writeUTF(role.holder);
        out.writeLong(role.holderGeneration);
        out.writeLong(role.token);
        out.writeLong(role.freeNanos);
        out.writeLong(role.grantedNanos);
        out.writeBoolean(role.placed);
        out.writeUTF(role.wanted);
        out.writeInt(role.candidates.size());
        for (Map.Entry<String, Candidate> entry : role.candidates.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeByte(entry.getValue().priority);
            out.writeLong(entry.getValue().stopWithinNanos);
            out.writeLong(entry.getValue().pausedUntilNanos);
        }
    }

    static void read(int version, InputStream bytes, RoleTable into) throws IOException {
        if (version != VERSION) {
            throw new IOException("its roles have version " + version + ": start the release that wrote it");
        }
        DataInputStream in = new DataInputStream(bytes);
        long lastToken = in.readLong();
        String moving = in.readUTF();
        long movingUntilNanos = in.readLong();
        TreeMap<String, Enlisted> nodes = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = in.readUTF();
            UUID disk = new UUID(in.readLong(), in.readLong());
            long generation = in.readLong();
            long leaseNanos = in.readLong();
            Enlisted node = new Enlisted(disk, generation, leaseNanos, in.readLong(), 0);
            node.renewedNanos = in.readLong();
            node.health = in.readByte();
            node.healthSinceNanos = in.readLong();
            nodes.put(name, node);
        }
        TreeMap<String, RoleState> roles = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            RoleState role = role(in);
            if (!nodes.keySet().containsAll(role.candidates.keySet())
                    || (role.isHeld() && !role.candidates.containsKey(role.holder))) {
                throw new IOException("its role " + role.name + " is held or stood for by a node that is not there");
            }
            roles.put(role.name, role);
        }
        into.lastToken = lastToken;
        into.moving = moving;
        into.movingUntilNanos = movingUntilNanos;
        into.nodes.clear();
        into.nodes.putAll(nodes);
        into.roles.clear();
        into.roles.putAll(roles);
    }

    private static RoleState role(DataInputStream in) throws IOException {
        RoleState role = new RoleState(in.readUTF());
        role.holder = in.readUTF();
        role.holderGeneration = in.readLong();
        role.token = in.readLong();
        role.freeNanos = in.readLong();
        role.grantedNanos = in.readLong();
        role.placed = in.readBoolean();
        role.wanted = in.readUTF();
        for (int left = in.readInt(); left > 0; left--) {
            String name = in.readUTF();
            Candidate candidate = new Candidate(in.readByte(), in.readLong());
            candidate.pausedUntilNanos = in.readLong();
            role.candidates.put(name, candidate);
        }
        return role;
    }
}
