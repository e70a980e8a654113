package io.holdfast.benchmarks.floor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Appends batches to its own file and sends them to two followers; a record counts when two of the three have it. One loop
 * and one forcing thread; no terms, no elections, no state.
 */
final class FloorLeader {
    private static final long LONGEST_WAIT_MILLIS = 100;

    private final Selector selector = Selector.open();
    private final SocketChannel[] followers;
    private final SelectionKey[] keys;
    private final ByteBuffer[] answers;
    private final long[] acknowledged;
    private final List<Deque<FloorBatch>> outgoing = List.of(new ArrayDeque<>(), new ArrayDeque<>());
    private final Deque<FloorBatch> pending = new ArrayDeque<>();
    private final Deque<FloorBatch> pool = new ArrayDeque<>();
    private final FloorFile file;
    private final Forcer forcer;
    private final boolean forced;
    private volatile long own;
    private volatile long written;
    private volatile boolean waiting;

    FloorLeader(SocketChannel[] followers, FloorFile file, boolean forced) throws IOException {
        this.followers = followers;
        this.file = file;
        this.forced = forced;
        this.keys = new SelectionKey[followers.length];
        this.answers = new ByteBuffer[followers.length];
        this.acknowledged = new long[followers.length];
        for (int i = 0; i < followers.length; i++) {
            followers[i].configureBlocking(false);
            keys[i] = followers[i].register(selector, SelectionKey.OP_READ, i);
            answers[i] = ByteBuffer.allocateDirect(64 << 10);
        }
        forcer = new Forcer(file, bytes -> {
            own = bytes;
            wake();
        });
        forcer.start();
    }

    long written() {
        return written;
    }

    /** Makes the loop look again, if it waits. From any thread. */
    void wake() {
        if (waiting) {
            selector.wakeup();
        }
    }

    /** Runs the loop on this thread until the source is done and everything is committed. */
    void run(FloorSource source) throws IOException {
        while (!source.isDone() || !pending.isEmpty()) {
            append(source);
            await(source);
            for (int i = 0; i < followers.length; i++) {
                flush(i);
            }
            long commit = committed();
            for (FloorBatch first = pending.peek(); first != null && first.endOffset() <= commit; ) {
                pending.poll();
                source.committed(first.count(), first.startNanos());
                if (!first.isUnsent()) {
                    pool.add(first);
                }
                first = pending.peek();
            }
        }
    }

    private void append(FloorSource source) throws IOException {
        FloorBatch batch = pool.isEmpty() ? new FloorBatch() : pool.remove();
        batch.begin(System.nanoTime());
        source.fill(batch);
        if (batch.count() == 0) {
            pool.add(batch);
            return;
        }
        long end = batch.end(written);
        pending.add(batch);
        for (int i = 0; i < followers.length; i++) {
            outgoing.get(i).add(batch);
            flush(i);
        }
        file.append(batch.view(followers.length));
        written = end;
        if (forced) {
            forcer.wrote(end);
        } else {
            own = end;
        }
    }

    private void await(FloorSource source) throws IOException {
        waiting = true;
        FloorBatch first = pending.peek();
        boolean nothingCommitted = first == null || committed() < first.endOffset();
        if (nothingCommitted && !source.hasMore() && !(source.isDone() && first == null)) {
            selector.select(this::read, LONGEST_WAIT_MILLIS);
        } else {
            selector.selectNow(this::read);
        }
        waiting = false;
    }

    /** The second largest of three. */
    private long committed() {
        long one = acknowledged[0];
        long other = acknowledged[1];
        return Math.max(Math.min(one, other), Math.min(own, Math.max(one, other)));
    }

    private void flush(int follower) throws IOException {
        Deque<FloorBatch> queue = outgoing.get(follower);
        for (FloorBatch batch = queue.peek(); batch != null; batch = queue.peek()) {
            ByteBuffer view = batch.view(follower);
            followers[follower].write(view);
            if (view.hasRemaining()) {
                break;
            }
            queue.remove();
            if (batch.sent() && batch.endOffset() <= committed() && !pending.contains(batch)) {
                pool.add(batch);
            }
        }
        int wanted = queue.isEmpty() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
        if (keys[follower].interestOps() != wanted) {
            keys[follower].interestOps(wanted);
        }
    }

    private void read(SelectionKey key) {
        int follower = (Integer) key.attachment();
        ByteBuffer answer = answers[follower];
        try {
            if (followers[follower].read(answer) < 0) {
                throw new IllegalStateException("follower " + follower + " has ended");
            }
        } catch (IOException e) {
            throw new IllegalStateException("follower " + follower, e);
        }
        answer.flip();
        while (answer.remaining() >= Long.BYTES) {
            acknowledged[follower] = answer.getLong();
        }
        answer.compact();
    }
}
