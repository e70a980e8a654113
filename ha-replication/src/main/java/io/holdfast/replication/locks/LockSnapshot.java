package io.holdfast.replication.locks;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** A {@link LockTable} as bytes; see {@code docs/formats.md}. */
public final class LockSnapshot {
    /** Of what {@link LockTable#snapshot} gives. */
    public static final int VERSION = 1;

    private LockSnapshot() {}

    static byte[] write(LockTable table) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(table.lastToken);
            out.writeLong(table.lastPlace);
            out.writeInt(table.owners.size());
            for (LockOwner owner : table.owners.values()) {
                out.writeLong(owner.generation);
                out.writeLong(owner.process.getMostSignificantBits());
                out.writeLong(owner.process.getLeastSignificantBits());
                text(out, owner.name);
                out.writeLong(owner.leaseNanos);
                out.writeLong(owner.renewedNanos);
            }
            out.writeInt(table.locks.size());
            for (LockState lock : table.locks.values()) {
                write(out, lock);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be, in memory", e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, LockState lock) throws IOException {
        out.writeByte(lock.name.kind());
        text(out, lock.name.name());
        out.writeInt(lock.limit);
        out.writeInt(lock.holders.size());
        for (LockRequest holder : lock.holders) {
            write(out, holder);
            out.writeLong(holder.token);
            out.writeLong(holder.grantedIndex);
        }
        out.writeInt(lock.waiters.size());
        for (LockRequest waiter : lock.waiters) {
            write(out, waiter);
        }
    }

    private static void write(DataOutputStream out, LockRequest request) throws IOException {
        out.writeLong(request.owner.generation);
        out.writeLong(request.number);
        out.writeInt(request.permits);
        out.writeLong(request.place);
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeByte(bytes.length);
        out.write(bytes);
    }

    static void read(int version, InputStream bytes, LockTable into) throws IOException {
        if (version != VERSION) {
            throw new IOException("its locks have version " + version + ": start the release that wrote it");
        }
        try {
            read(new DataInputStream(bytes), into);
        } catch (IllegalArgumentException e) {
            throw new IOException("its locks cannot be read: " + e.getMessage(), e);
        }
    }

    private static void read(DataInputStream in, LockTable into) throws IOException {
        into.lastToken = in.readLong();
        into.lastPlace = in.readLong();
        for (int left = count(in, "processes", LockTable.MAX_OWNERS); left > 0; left--) {
            long generation = in.readLong();
            UUID process = new UUID(in.readLong(), in.readLong());
            into.add(new LockOwner(generation, process, text(in), in.readLong(), in.readLong()));
        }
        for (int left = count(in, "locks", LockTable.MAX_LOCKS); left > 0; left--) {
            lock(in, into);
        }
        if (in.read() >= 0) {
            throw new IOException("bytes follow the last lock");
        }
    }

    private static void lock(DataInputStream in, LockTable into) throws IOException {
        LockState lock = new LockState(new LockName(in.readUnsignedByte(), text(in)), in.readInt());
        for (int left = count(in, "holders", LockTable.MAX_REQUESTS_FOR_A_LOCK); left > 0; left--) {
            LockRequest holder = request(in, into, lock);
            holder.token = in.readLong();
            holder.grantedIndex = in.readLong();
            lock.hold(holder);
            into.add(holder);
        }
        for (int left = count(in, "waiters", LockTable.MAX_REQUESTS_FOR_A_LOCK); left > 0; left--) {
            LockRequest waiter = request(in, into, lock);
            lock.waiters.add(waiter);
            into.add(waiter);
        }
        if (lock.free < 0 || lock.isUnused()) {
            throw new IOException("its " + lock.name + " has " + lock.holders.size() + " holders, and " + lock.free
                    + " permits are left");
        }
        into.locks.put(lock.name, lock);
    }

    private static LockRequest request(DataInputStream in, LockTable into, LockState lock) throws IOException {
        long generation = in.readLong();
        LockOwner owner = into.owners.get(generation);
        if (owner == null) {
            throw new IOException("its " + lock.name + " is wanted by process " + generation + ", which is not there");
        }
        return new LockRequest(owner, in.readLong(), lock, in.readInt(), in.readLong());
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readUnsignedByte()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int count(DataInputStream in, String what, int most) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > most) {
            throw new IOException(count + " " + what + ", where " + most + " are the most");
        }
        return count;
    }
}
