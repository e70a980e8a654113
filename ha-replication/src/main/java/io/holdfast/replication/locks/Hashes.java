package io.holdfast.replication.locks;

/** Hashes of 64 bits whose sums tell tables apart. */
final class Hashes {
    private Hashes() {}

    /** The last steps of MurmurHash3 (Appleby, 2011): each bit of the result depends on all of the arguments. */
    static long mixed(long one, long other) {
        long mixed = one + other * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }
}
