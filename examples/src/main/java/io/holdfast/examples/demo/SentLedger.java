package io.holdfast.examples.demo;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The client's own book of what it sent and what it was told, on its own disk and forced, so that the verdict does not
 * rest on what the cluster says of itself.
 *
 * <p><b>File format,</b> big-endian: the header {@code "HFDL"} and the version, 1, in four bytes each; then records of 21
 * bytes: a type (1 byte), two numbers (8 each) and the CRC32C (4) of the 17 bytes before it.
 *
 * <ul>
 *   <li>1, SENDING (0, n): lines below n may have been sent. Forced <em>before</em> the first of them leaves.
 *   <li>2, ACKNOWLEDGED (a, b): lines a to b - 1 were acknowledged. Forced at most 25 ms after the fact.
 *   <li>3, UNKNOWN (a, b): for lines a to b - 1 no answer came before the deadline.
 *   <li>4, END (0, n): exactly n lines were sent, and each was answered or given up.
 *   <li>5, REFUSED (a, b): lines a to b - 1 were answered: not carried out, and never will be.
 * </ul>
 *
 * A record that is cut short or fails its checksum ends the book: what follows was not forced. Safe from any thread.
 */
final class SentLedger implements Closeable {
    static final int MAGIC = 0x4846444C;
    static final int VERSION = 1;
    static final int HEADER_BYTES = 8;
    static final int RECORD_BYTES = 21;
    static final byte SENDING = 1;
    static final byte ACKNOWLEDGED = 2;
    static final byte UNKNOWN = 3;
    static final byte END = 4;
    static final byte REFUSED = 5;

    private static final int AHEAD = 16_384;
    private static final long FORCE_EVERY_NANOS = 25_000_000L;

    /** Numbers that came since the last force. */
    private static final class Numbers {
        private long[] values = new long[1024];
        private int size;

        void add(long number) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = number;
        }

        long[] take() {
            long[] taken = Arrays.copyOf(values, size);
            size = 0;
            Arrays.sort(taken);
            return taken;
        }
    }

    private final Path path;
    private final FileChannel file;
    private final Thread writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition somethingToDo = lock.newCondition();
    private final Condition forced = lock.newCondition();
    private final Numbers acknowledged = new Numbers();
    private final Numbers unknown = new Numbers();
    private final Numbers refused = new Numbers();
    private long wanted = AHEAD;
    private volatile long mayLeave;
    private volatile long forcedAcknowledged;
    private volatile long forcedUnknown;
    private long acknowledgedSum;
    private long unknownSum;
    private long total = -1;
    private boolean ended;
    private @Nullable IOException failure;

    private SentLedger(Path path, FileChannel file) {
        this.path = path;
        this.file = file;
        this.writer = new Thread(this::writeAndForce, "ledger");
    }

    /** Begins a new book, and the thread that forces it. */
    static SentLedger create(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        SentLedger ledger = new SentLedger(path, file);
        ledger.write(
                ByteBuffer.allocate(HEADER_BYTES).putInt(MAGIC).putInt(VERSION).flip());
        ledger.writer.setDaemon(true);
        ledger.writer.start();
        return ledger;
    }

    /** Returns when it is on the disk that this line may have been sent; most of the time at once. */
    void beforeLeaving(long number) throws IOException {
        if (number < mayLeave - AHEAD / 2) {
            return;
        }
        lock.lock();
        try {
            if (wanted - number <= AHEAD / 2) {
                wanted = number + AHEAD;
                somethingToDo.signal();
            }
            while (number >= mayLeave) {
                check();
                forced.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + path + " was being forced");
        } finally {
            lock.unlock();
        }
    }

    /** A line has been acknowledged. */
    void acknowledged(long number) {
        lock.lock();
        try {
            acknowledged.add(number);
        } finally {
            lock.unlock();
        }
    }

    /** The fate of a line is unknown, and stays so. */
    void unknown(long number) {
        lock.lock();
        try {
            unknown.add(number);
        } finally {
            lock.unlock();
        }
    }

    /** A line was certainly not written, and is not sent again. */
    void refused(long number) {
        lock.lock();
        try {
            refused.add(number);
        } finally {
            lock.unlock();
        }
    }

    /** How many acknowledgements are on the disk. */
    long forcedAcknowledged() {
        return forcedAcknowledged;
    }

    /** How many unknown outcomes are on the disk. */
    long forcedUnknown() {
        return forcedUnknown;
    }

    /** Writes the end mark, after which nothing may be added; returns when it is on the disk. */
    void end(long sent) throws IOException {
        lock.lock();
        try {
            total = sent;
            somethingToDo.signal();
            while (!ended) {
                check();
                forced.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + path + " was being forced");
        } finally {
            lock.unlock();
        }
    }

    private void check() throws IOException {
        if (failure != null) {
            throw new IOException("the client's ledger " + path + " could not be written", failure);
        }
    }

    private void writeAndForce() {
        try {
            while (step()) {
                // each step waits for its turn
            }
        } catch (IOException e) {
            lock.lock();
            try {
                failure = e;
                forced.signalAll();
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private boolean step() throws IOException, InterruptedException {
        long upTo;
        long end;
        long[] good;
        long[] lost;
        long[] not;
        lock.lock();
        try {
            long left = FORCE_EVERY_NANOS;
            while (left > 0 && wanted == mayLeave && total < 0) {
                left = somethingToDo.awaitNanos(left);
            }
            if (wanted == mayLeave && total < 0 && acknowledged.size + unknown.size + refused.size == 0) {
                return true;
            }
            upTo = wanted;
            end = total;
            good = acknowledged.take();
            lost = unknown.take();
            not = refused.take();
        } finally {
            lock.unlock();
        }
        ByteBuffer buffer = ByteBuffer.allocate((2 + good.length + lost.length + not.length) * RECORD_BYTES);
        if (upTo != mayLeave) {
            put(buffer, SENDING, 0, upTo);
        }
        putRanges(buffer, ACKNOWLEDGED, good);
        putRanges(buffer, UNKNOWN, lost);
        putRanges(buffer, REFUSED, not);
        if (end >= 0) {
            put(buffer, END, 0, end);
        }
        write(buffer.flip());
        file.force(false);
        lock.lock();
        try {
            mayLeave = upTo;
            acknowledgedSum += good.length;
            unknownSum += lost.length;
            forcedAcknowledged = acknowledgedSum;
            forcedUnknown = unknownSum;
            ended = end >= 0;
            forced.signalAll();
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    private static void putRanges(ByteBuffer buffer, byte type, long[] sorted) {
        for (int i = 0; i < sorted.length; ) {
            int next = i + 1;
            while (next < sorted.length && sorted[next] == sorted[next - 1] + 1) {
                next++;
            }
            put(buffer, type, sorted[i], sorted[next - 1] + 1);
            i = next;
        }
    }

    static void put(ByteBuffer buffer, byte type, long from, long to) {
        int start = buffer.position();
        buffer.put(type).putLong(from).putLong(to);
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(start, RECORD_BYTES - Integer.BYTES));
        buffer.putInt((int) crc.getValue());
    }

    /** Ends the thread and closes the file. */
    @Override
    public void close() throws IOException {
        writer.interrupt();
        try {
            writer.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        file.close();
    }
}
