package io.holdfast.testkit;

import java.util.Arrays;

/**
 * A file's bytes in pages of 4 KiB, of which those never written are one shared page of zeros. Two tables share pages
 * until one of them is written: {@link #writable} copies what another may hold.
 */
final class PageTable {
    static final int PAGE = 4096;

    private static final byte[] ZEROS = new byte[PAGE]; // never written

    private byte[][] pages = new byte[4][];
    private int count;

    byte[] page(int index) {
        return index < count ? pages[index] : ZEROS;
    }

    static boolean isZeros(byte[] bytes) {
        for (int from = 0; from < bytes.length; from += PAGE) {
            int length = Math.min(PAGE, bytes.length - from);
            if (Arrays.mismatch(bytes, from, from + length, ZEROS, 0, length) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** The page, to be written; a copy of what it was if {@code other} has the same one. */
    private byte[] writable(int index, PageTable other) {
        grow(index + 1);
        byte[] page = pages[index];
        if (page == ZEROS || page == other.page(index)) {
            page = page.clone();
            pages[index] = page;
        }
        return page;
    }

    private void grow(int needed) {
        if (needed > pages.length) {
            pages = Arrays.copyOf(pages, Math.max(needed, pages.length * 2));
        }
        while (count < needed) {
            pages[count++] = ZEROS;
        }
    }

    void write(long position, byte[] bytes, int from, int length, PageTable other) {
        int done = 0;
        while (done < length) {
            int index = (int) ((position + done) / PAGE);
            int within = (int) ((position + done) % PAGE);
            int chunk = Math.min(PAGE - within, length - done);
            System.arraycopy(bytes, from + done, writable(index, other), within, chunk);
            done += chunk;
        }
    }

    /** Zeros in the range; pages that are zeros already stay shared. */
    void zero(long position, long length, PageTable other) {
        long done = 0;
        while (done < length) {
            int index = (int) ((position + done) / PAGE);
            int within = (int) ((position + done) % PAGE);
            int chunk = (int) Math.min(PAGE - within, length - done);
            if (chunk == PAGE) {
                grow(index + 1);
                pages[index] = ZEROS;
            } else if (page(index) != ZEROS) {
                Arrays.fill(writable(index, other), within, within + chunk, (byte) 0);
            }
            done += chunk;
        }
    }

    /** Takes over the pages of a range from another table. */
    void share(PageTable from, long position, long length) {
        if (length > 0) {
            int last = (int) ((position + length - 1) / PAGE);
            grow(last + 1);
            for (int index = (int) (position / PAGE); index <= last; index++) {
                pages[index] = from.page(index);
            }
        }
    }

    /** Takes over all pages of another table. */
    void shareAll(PageTable from) {
        pages = from.pages.clone();
        count = from.count;
    }
}
