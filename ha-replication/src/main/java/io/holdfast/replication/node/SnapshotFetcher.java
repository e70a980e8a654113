package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.raft.RaftEffect.FetchSnapshot;
import io.holdfast.replication.raft.RaftEffect.StoreChunk;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.snapshot.IncomingSnapshot;
import io.holdfast.replication.snapshot.SnapshotFile;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotStore;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the master's snapshot into a file of this node. What has come stays through a lost link and a restart; a failure
 * of the disk ends it, and the master's next offer begins it again. On the loop; the file belongs to a worker.
 */
final class SnapshotFetcher {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFetcher.class);
    /** What may wait to be written. */
    private static final long MAX_UNWRITTEN_BYTES = 4L << 20;

    /** Hears of it, before the core does. On the loop. */
    interface Events {
        void fetched(SnapshotMeta meta, SnapshotFile file, long bytes);

        void failed();
    }

    private final String node;
    private final SnapshotStore store;
    private final Worker worker;
    private final EventLoop loop;
    private final Consumer<RaftInput> inputs;
    private final Events events;
    private @Nullable Fetch current;
    private boolean stopped;

    SnapshotFetcher(
            String node,
            SnapshotStore store,
            Worker worker,
            EventLoop loop,
            Consumer<RaftInput> inputs,
            Events events) {
        this.node = node;
        this.store = store;
        this.worker = worker;
        this.loop = loop;
        this.inputs = inputs;
        this.events = events;
    }

    /** Begins, goes on, or says how far it is. */
    void fetch(FetchSnapshot offer) {
        Fetch fetch = current;
        if (fetch != null && fetch.offer.equals(offer)) {
            fetch.tell();
            return;
        }
        if (fetch != null) {
            fetch.end();
        }
        LOG.info(
                "{} fetches the master's snapshot at index {}, {} bytes: what it needs is not in the log any more",
                node,
                offer.index(),
                offer.bytes());
        fetch = new Fetch(offer);
        current = fetch;
        fetch.begin();
    }

    /** Takes a chunk, valid during the call. */
    void received(StoreChunk chunk, ByteBuf bytes) {
        Fetch fetch = current;
        if (fetch != null && fetch.wants(chunk)) {
            fetch.add(bytes);
        }
    }

    void stop() {
        stopped = true;
        if (current != null) {
            current.end();
        }
    }

    private final class Fetch {
        private final FetchSnapshot offer;
        private boolean open;
        private boolean ended;
        private long received;
        private long written;
        /** Of the worker. */
        private @Nullable IncomingSnapshot incoming;

        Fetch(FetchSnapshot offer) {
            this.offer = offer;
        }

        void begin() {
            worker.execute(() -> {
                try {
                    IncomingSnapshot begun =
                            store.receive(offer.index(), offer.term(), offer.bytes(), offer.offeredInTerm());
                    incoming = begun;
                    long here = begun.received();
                    loop.execute(() -> opened(here));
                } catch (IOException e) {
                    failed(e);
                }
            });
        }

        private void opened(long here) {
            if (!ended) {
                open = true;
                received = here;
                written = here;
                goOn();
            }
        }

        /** More than was asked for is not taken: who sends it does not decide how much waits here. */
        boolean wants(StoreChunk chunk) {
            return open
                    && received - written <= MAX_UNWRITTEN_BYTES
                    && offer.index() == chunk.index()
                    && received == chunk.offset();
        }

        void tell() {
            if (open && received - written <= MAX_UNWRITTEN_BYTES) {
                inputs.accept(new RaftInput.SnapshotFetched(offer.index(), received));
            }
        }

        private void goOn() {
            if (received == offer.bytes() && written == received) {
                open = false;
                worker.execute(this::finish);
            } else {
                tell();
            }
        }

        void add(ByteBuf bytes) {
            ByteBuf copy = bytes.copy();
            int length = bytes.readableBytes();
            received += length;
            worker.execute(() -> {
                try {
                    IncomingSnapshot to = incoming;
                    if (to != null) {
                        to.write(copy.nioBuffer());
                        loop.execute(() -> written(length));
                    }
                } catch (IOException e) {
                    failed(e);
                } finally {
                    copy.release();
                }
            });
            if (received < offer.bytes()) {
                tell();
            }
        }

        private void written(int length) {
            boolean heldBack = received - written > MAX_UNWRITTEN_BYTES;
            written += length;
            if (!ended && (heldBack || received == offer.bytes())) {
                goOn();
            }
        }

        private void finish() {
            IncomingSnapshot all = incoming;
            if (all == null) {
                return;
            }
            try {
                SnapshotMeta meta = store.accept(all);
                SnapshotFile file = store.file(meta.index());
                Configuration configuration = StoredState.configuration(file);
                incoming = null;
                loop.execute(() -> {
                    if (!stopped) {
                        ended = true;
                        if (current == this) {
                            current = null;
                        }
                        events.fetched(meta, file, offer.bytes());
                        inputs.accept(
                                new RaftInput.SnapshotStored(meta.index(), meta.term(), offer.bytes(), configuration));
                    }
                });
            } catch (IOException e) {
                failed(e);
            }
        }

        /** On the worker. */
        private void failed(IOException cause) {
            LOG.error(
                    "{} could not store the master's snapshot at index {}; the master's next offer is tried again",
                    node,
                    offer.index(),
                    cause);
            close();
            loop.execute(() -> {
                if (!ended) {
                    ended = true;
                    open = false;
                    current = null;
                    events.failed();
                }
            });
        }

        /** The file stays. */
        void end() {
            ended = true;
            open = false;
            worker.execute(this::close);
        }

        private void close() {
            IncomingSnapshot begun = incoming;
            incoming = null;
            if (begun != null) {
                try {
                    begun.close();
                } catch (IOException e) {
                    LOG.warn("{}: a snapshot that was being fetched could not be closed", node, e);
                }
            }
        }
    }
}
