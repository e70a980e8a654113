package io.holdfast.backup.source;

import java.nio.charset.StandardCharsets;

/** Where the fields of a header are: POSIX.1-2001, "pax interchange format", that is, ustar with extended headers. */
final class TarFormat {
    static final int BLOCK = 512;
    /** Type of a header whose content are records for the entry that follows. */
    static final char EXTENDED = 'x';

    static final int NAME = 0;
    static final int NAME_LENGTH = 100;
    static final int MODE = 100;
    static final int UID = 108;
    static final int GID = 116;
    static final int ID_LENGTH = 8;
    static final int SIZE = 124;
    static final int MODIFIED = 136;
    static final int LONG_LENGTH = 12;
    static final int CHECKSUM = 148;
    static final int TYPE = 156;
    static final int TARGET = 157;
    static final int MAGIC = 257;
    static final byte[] USTAR = "ustar\00000".getBytes(StandardCharsets.US_ASCII);
    static final int OWNER = 265;
    static final int GROUP = 297;
    static final int WORD_LENGTH = 32;
    static final int PREFIX = 345;
    static final int PREFIX_LENGTH = 155;
    /** The largest number in a field of 8 bytes. */
    static final long LARGEST_ID = 07777777L;
    /** The largest number in a field of 12 bytes. */
    static final long LARGEST_LONG = 077777777777L;

    private TarFormat() {}

    /** The sum of all bytes, with blanks for itself. */
    static int checksum(byte[] header) {
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean self = i >= CHECKSUM && i < CHECKSUM + ID_LENGTH;
            sum += self ? ' ' : header[i] & 0xFF;
        }
        return sum;
    }

    /** How much is missing to a whole block. */
    static int padding(long bytes) {
        return (int) ((BLOCK - bytes % BLOCK) % BLOCK);
    }
}
