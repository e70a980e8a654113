package io.holdfast.replication.locks;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a process has been granted: the answer to a {@link LockQuestion}.
 *
 * @param lives false if its lease has ended, and it holds nothing
 * @param index up to which this is all
 * @param grants those that it still holds, in no order that means anything
 */
public record LockPage(boolean lives, long index, List<Granted> grants) {
    private static final int HEADER_BYTES = 1 + Long.BYTES + Integer.BYTES;
    private static final int GRANT_BYTES = 2 * Long.BYTES;

    /** Makes the list its own. */
    public LockPage {
        grants = List.copyOf(grants);
    }

    /**
     * One of them.
     *
     * @param request the process's number for it
     */
    public record Granted(long request, long token) {}

    /** As it travels. */
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + grants.size() * GRANT_BYTES)
                .put((byte) (lives ? 1 : 0))
                .putLong(index)
                .putInt(grants.size());
        grants.forEach(grant -> out.putLong(grant.request()).putLong(grant.token()));
        return out.array();
    }

    /** @throws IllegalStateException if it is none: the nodes do not run compatible versions */
    public static LockPage decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int lives = bytes.length < HEADER_BYTES ? -1 : in.get();
        if (lives != 0 && lives != 1) {
            throw unreadable();
        }
        long index = in.getLong();
        int count = in.getInt();
        if (count < 0 || in.remaining() != (long) count * GRANT_BYTES) {
            throw unreadable();
        }
        List<Granted> grants = new ArrayList<>(count);
        while (in.hasRemaining()) {
            grants.add(new Granted(in.getLong(), in.getLong()));
        }
        return new LockPage(lives == 1, index, grants);
    }

    private static IllegalStateException unreadable() {
        return new IllegalStateException("a page of grants cannot be read; do all nodes run compatible versions?");
    }
}
