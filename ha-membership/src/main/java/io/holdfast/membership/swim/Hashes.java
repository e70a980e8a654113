package io.holdfast.membership.swim;

/** Mixing of bits, the same on every node and in every version: digests and the ring depend on it. */
final class Hashes {
    private Hashes() {}

    /** FNV-1a over the characters, then mixed, since short names differ in few bits. */
    static long of(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return mix(hash);
    }

    /** The finisher of MurmurHash3. */
    static long mix(long value) {
        long h = value;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }

    /** What a living member adds to the digest of a table. */
    static long entry(MemberInfo member) {
        return mix(of(member.id()) ^ mix(member.boot() ^ mix(member.incarnation())));
    }
}
