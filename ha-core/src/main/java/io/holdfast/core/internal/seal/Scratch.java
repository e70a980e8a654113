package io.holdfast.core.internal.seal;

/** Bytes that are used again and again; as many as the largest message so far needed. */
final class Scratch {
    private byte[] bytes = new byte[2048];

    byte[] atLeast(int length) {
        if (bytes.length < length) {
            bytes = new byte[length];
        }
        return bytes;
    }
}
