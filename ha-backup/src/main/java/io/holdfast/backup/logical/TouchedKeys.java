package io.holdfast.backup.logical;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;

/**
 * Keys of maps, as 128 bits of their SHA-256: sixteen bytes each, whatever their length, in a table that is half empty at least. That two of
 * a million keys have the same takes 10<sup>26</sup> such sets. For one thread.
 */
final class TouchedKeys {
    private static final int FIRST_SLOTS = 1 << 10;
    private static final int NOT_THERE = -1;

    private final int most;
    private final MessageDigest digest;
    /** Two for each slot; both 0 where it is empty. */
    private long[] hashes = new long[2 * FIRST_SLOTS];
    /** By slot: those that are told of already. */
    private BitSet done = new BitSet();

    private int count;
    private long high;
    private long low;

    /** @param most how many it may hold */
    TouchedKeys(int most) {
        this.most = most;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** False if it is full, and the key not in it. */
    boolean add(byte[] map, byte[] key) {
        hash(map, key);
        int slot = slot();
        if (isAt(slot)) {
            return true;
        }
        if (count == most) {
            return false;
        }
        put(slot);
        count++;
        if (2L * count > hashes.length / 2) {
            grow();
        }
        return true;
    }

    /** Whether it is in it. */
    boolean contains(byte[] map, byte[] key) {
        return found(map, key) != NOT_THERE;
    }

    /** Marks a key; true if it is in it, and has not been marked before. */
    boolean markFirst(byte[] map, byte[] key) {
        int slot = found(map, key);
        if (slot == NOT_THERE || done.get(slot)) {
            return false;
        }
        done.set(slot);
        return true;
    }

    int count() {
        return count;
    }

    private int found(byte[] map, byte[] key) {
        hash(map, key);
        int slot = slot();
        return isAt(slot) ? slot : NOT_THERE;
    }

    /** A map's name is no longer than 255 bytes, so that its length is one. */
    private void hash(byte[] map, byte[] key) {
        digest.update((byte) map.length);
        digest.update(map);
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(key));
        high = hash.getLong() | 1; // never that of an empty slot
        low = hash.getLong();
    }

    /** Where it is, or would be. */
    private int slot() {
        int mask = hashes.length / 2 - 1;
        int slot = (int) low & mask;
        while (hashes[2 * slot] != 0 && !isAt(slot)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean isAt(int slot) {
        return hashes[2 * slot] == high && hashes[2 * slot + 1] == low;
    }

    private void put(int slot) {
        hashes[2 * slot] = high;
        hashes[2 * slot + 1] = low;
    }

    private void grow() {
        long[] before = hashes;
        BitSet doneBefore = done;
        hashes = new long[2 * before.length];
        done = new BitSet();
        for (int slot = 0; slot < before.length / 2; slot++) {
            if (before[2 * slot] != 0) {
                high = before[2 * slot];
                low = before[2 * slot + 1];
                int to = slot();
                put(to);
                done.set(to, doneBefore.get(slot));
            }
        }
    }
}
