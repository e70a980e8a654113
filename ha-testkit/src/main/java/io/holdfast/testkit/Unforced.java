package io.holdfast.testkit;

/** A change of a file that no force has covered yet. */
sealed interface Unforced {

    /** Bytes were written. */
    final class Written implements Unforced {
        private final long position;
        private final int length;
        private final byte[] data; // empty if all of them are zero

        Written(long position, int length, byte[] data) {
            this.position = position;
            this.length = length;
            this.data = data;
        }

        long position() {
            return position;
        }

        int length() {
            return length;
        }

        byte[] data() {
            return data;
        }

        boolean isZeros() {
            return data.length == 0;
        }
    }

    /** The file was cut. */
    record Cut(long fromSize, long toSize) implements Unforced {}
}
