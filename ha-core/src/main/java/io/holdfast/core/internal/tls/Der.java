package io.holdfast.core.internal.tls;

import java.util.Arrays;

/** The little of DER that it takes to put an old form of private key into the form that the JDK reads. */
final class Der {
    static final int SEQUENCE = 0x30;
    static final int OCTET_STRING = 0x04;
    static final int PARAMETERS = 0xA0;

    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final byte[] RSA = {0x06, 0x09, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1};
    private static final byte[] EC = {0x06, 0x07, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x02, 0x01};
    private static final byte[] NULL = {0x05, 0x00};

    private Der() {}

    /** PKCS#1 to PKCS#8. */
    static byte[] pkcs8OfRsa(byte[] pkcs1) {
        return tag(SEQUENCE, VERSION_0, tag(SEQUENCE, RSA, NULL), tag(OCTET_STRING, pkcs1));
    }

    /**
     * SEC 1 to PKCS#8.
     *
     * @throws IllegalArgumentException if it does not say its curve
     */
    static byte[] pkcs8OfEc(byte[] sec1) {
        return tag(SEQUENCE, VERSION_0, tag(SEQUENCE, EC, curve(sec1)), tag(OCTET_STRING, sec1));
    }

    private static byte[] curve(byte[] sec1) {
        int at = body(sec1, 0);
        while (at < sec1.length) {
            int from = body(sec1, at);
            int end = from + length(sec1, at);
            if (end > sec1.length) {
                break;
            }
            if ((sec1[at] & 0xFF) == PARAMETERS) {
                return Arrays.copyOfRange(sec1, from, end);
            }
            at = end;
        }
        throw new IllegalArgumentException("it does not say its curve");
    }

    private static int body(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7F); i++) {
            length = (length << 8) | (der[at + 2 + i] & 0xFF);
        }
        if (length < 0) {
            throw new IllegalArgumentException("a length of 2 GiB and more");
        }
        return length;
    }

    static byte[] tag(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        int lengthBytes = length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : 4;
        byte[] der = new byte[1 + lengthBytes + length];
        der[0] = (byte) tag;
        der[1] = (byte) (lengthBytes == 1 ? length : 0x80 | (lengthBytes - 1));
        for (int i = 1; i < lengthBytes; i++) {
            der[1 + i] = (byte) (length >>> (8 * (lengthBytes - 1 - i)));
        }
        int at = 1 + lengthBytes;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, der, at, part.length);
            at += part.length;
        }
        return der;
    }
}
