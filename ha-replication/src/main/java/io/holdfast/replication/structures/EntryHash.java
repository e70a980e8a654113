package io.holdfast.replication.structures;

import java.util.zip.CRC32C;

/** A hash of 64 bits of a key with its value, such that sums of them tell maps apart. One for each thread. */
final class EntryHash {
    private final CRC32C crc = new CRC32C();

    long of(byte[] key, byte[] value) {
        crc.reset();
        crc.update(key);
        long ofKey = crc.getValue();
        crc.update(value);
        return mixed(ofKey << 32 | crc.getValue(), key.length);
    }

    /** The last steps of MurmurHash3 (Appleby, 2011): each bit of the result depends on all of the arguments. */
    static long mixed(long hash, long more) {
        long mixed = hash + more * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }
}
