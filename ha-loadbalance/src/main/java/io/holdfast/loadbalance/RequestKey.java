package io.holdfast.loadbalance;

import io.holdfast.loadbalance.pick.Hashes;

/**
 * Keys of requests, as 64 bits: what {@link Algorithm#keyHash()} goes by. The same on every JVM and in every version, since all
 * callers have to agree. None allocates anything, and none is 0, which stands for no key.
 */
public final class RequestKey {
    /** The bits of an IPv4 address that are looked at unless said otherwise: all. */
    public static final int WHOLE_IPV4 = 32;
    /** The bits of an IPv6 address that are looked at unless said otherwise: one customer has a /64, and many addresses in it. */
    public static final int NETWORK_IPV6 = 64;

    private static final long IPV4 = 0x4950_7634L;
    private static final long IPV6 = 0x4950_7636L;

    private RequestKey() {}

    /** 0 stands for no key. */
    private static long key(long hash) {
        return hash == 0 ? 1 : hash;
    }

    /** Of a text. */
    public static long of(CharSequence text) {
        return key(Hashes.of(text));
    }

    /** Of a number. */
    public static long of(long number) {
        return key(Hashes.mix(number));
    }

    /** Of bytes. */
    public static long of(byte[] bytes) {
        return key(Hashes.of(bytes, 0, bytes.length));
    }

    /** Of a caller's IP address, as {@code InetAddress.getAddress()} gives it: the whole of IPv4, the /64 of IPv6. */
    public static long ofAddress(byte[] address) {
        return ofAddress(address, WHOLE_IPV4, NETWORK_IPV6);
    }

    /**
     * Of a prefix of a caller's IP address. An IPv4 address within IPv6 ({@code ::ffff:10.0.0.1}) is the IPv4 address.
     *
     * @param address 4 or 16 bytes
     * @param bitsIpv4 how many leading bits of an IPv4 address count, 1 to 32
     * @param bitsIpv6 how many leading bits of an IPv6 address count, 1 to 128
     */
    public static long ofAddress(byte[] address, int bitsIpv4, int bitsIpv6) {
        if (bitsIpv4 < 1 || bitsIpv4 > 32 || bitsIpv6 < 1 || bitsIpv6 > 128) {
            throw new IllegalArgumentException(
                    "prefixes /" + bitsIpv4 + " and /" + bitsIpv6 + " are not within 1 to 32 and 1 to 128");
        }
        if (address.length == 4) {
            return ofIpv4(integer(address, 0), bitsIpv4);
        }
        if (address.length != 16) {
            throw new IllegalArgumentException(address.length + " bytes are no IP address; it has 4 or 16");
        }
        long high = longAt(address, 0);
        long low = longAt(address, 8);
        if (high == 0 && low >>> 32 == 0xffff) {
            return ofIpv4((int) low, bitsIpv4);
        }
        long keptHigh = bitsIpv6 >= 64 ? high : high & (-1L << (64 - bitsIpv6));
        long keptLow = bitsIpv6 <= 64 ? 0 : low & (-1L << (128 - bitsIpv6));
        return key(Hashes.mix(Hashes.mix(keptHigh ^ IPV6) + keptLow));
    }

    private static long ofIpv4(int address, int bits) {
        long kept = Integer.toUnsignedLong(address) & (-1L << (32 - bits));
        return key(Hashes.mix(kept | (IPV4 << 32)));
    }

    private static int integer(byte[] bytes, int at) {
        int value = 0;
        for (int i = at; i < at + 4; i++) {
            value = (value << 8) | Byte.toUnsignedInt(bytes[i]);
        }
        return value;
    }

    private static long longAt(byte[] bytes, int at) {
        return ((long) integer(bytes, at) << 32) | Integer.toUnsignedLong(integer(bytes, at + 4));
    }
}
