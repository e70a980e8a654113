package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.raft.RaftEffect.SendChunk;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage.SnapshotChunk;
import io.holdfast.replication.snapshot.DamagedSnapshotException;
import io.holdfast.replication.snapshot.SnapshotStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends this node's snapshots to slaves, a chunk for each request. A file that is being sent stays open, so that it can be
 * sent to its end though newer ones have replaced it. On the loop; reading is for the reader.
 */
final class SnapshotServer {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotServer.class);
    private static final int CHUNK_BYTES = 1 << 20;

    private record Serving(long index, StorageFile file) {}

    private final String node;
    private final SnapshotStore store;
    private final Storage storage;
    private final Worker reader;
    private final EventLoop loop;
    private final ByteBufAllocator allocator;
    private final PeerLinks peers;
    private final Consumer<RaftInput> inputs;
    private final LongConsumer damaged;
    /** Of the reader's thread; 0 if none is. */
    private long damagedIndex;
    /** For whom a chunk is being read. */
    private final Set<String> reading = new TreeSet<>();

    /** False if no file is open. */
    private boolean mayServe;

    /** Of the reader's thread. */
    private final Map<String, Serving> serving = new TreeMap<>();

    SnapshotServer(
            String node,
            SnapshotStore store,
            Storage storage,
            Worker reader,
            EventLoop loop,
            ByteBufAllocator allocator,
            PeerLinks peers,
            Consumer<RaftInput> inputs,
            LongConsumer damaged) {
        this.damaged = damaged;
        this.node = node;
        this.store = store;
        this.storage = storage;
        this.reader = reader;
        this.loop = loop;
        this.allocator = allocator;
        this.peers = peers;
        this.inputs = inputs;
    }

    /** One request of each slave at a time; others are dropped, and asked again. */
    void send(SendChunk request) {
        if (!reading.add(request.to())) {
            return;
        }
        mayServe = true;
        reader.execute(() -> {
            ByteBuf chunk = read(request);
            loop.execute(() -> {
                reading.remove(request.to());
                if (chunk == null) {
                    inputs.accept(new RaftInput.SnapshotGone(request.to(), request.index()));
                } else {
                    peers.send(
                            request.to(),
                            new SnapshotChunk(request.term(), request.index(), request.offset(), chunk.readableBytes()),
                            chunk);
                }
            });
        });
    }

    private @Nullable ByteBuf read(SendChunk request) {
        ByteBuf chunk = allocator.directBuffer(CHUNK_BYTES, CHUNK_BYTES);
        try {
            StorageFile file = file(request);
            int read = file.read(chunk.nioBuffer(0, CHUNK_BYTES), request.offset());
            if (read > 0) {
                return chunk.writerIndex(read);
            }
            LOG.warn("{}: snapshot {} ends before offset {}", node, file.path(), request.offset());
        } catch (IOException e) {
            if (request.index() != damagedIndex) {
                LOG.warn("{} cannot send its snapshot at index {} to {}", node, request.index(), request.to(), e);
            }
        }
        chunk.release();
        close(serving.remove(request.to()));
        return null;
    }

    private StorageFile file(SendChunk request) throws IOException {
        Serving open = serving.get(request.to());
        if (open != null && open.index() == request.index()) {
            return open.file();
        }
        close(serving.remove(request.to()));
        if (request.index() == damagedIndex) {
            throw new IOException("the snapshot at index " + damagedIndex + " was found damaged before");
        }
        StorageFile file = storage.open(store.path(request.index(), request.indexTerm()), OpenMode.READ);
        try {
            store.check(file); // or a slave would fetch all of it, again and again, to find that out
        } catch (IOException | RuntimeException e) {
            file.close();
            if (e instanceof DamagedSnapshotException) {
                damagedIndex = request.index();
                LOG.error("{}: {}; another one is taken", node, e.getMessage());
                loop.execute(() -> damaged.accept(request.index()));
            }
            throw e;
        }
        serving.put(request.to(), new Serving(request.index(), file));
        return file;
    }

    /** There is a new one at that index, which takes the place of one that was damaged, if there was any. */
    void taken(long index) {
        reader.execute(() -> {
            if (damagedIndex == index) {
                damagedIndex = 0;
            }
        });
    }

    /** Closes what nobody fetches any more. To be called now and then, and at the end with nobody. */
    void keepOnly(Set<String> fetching) {
        if (!mayServe) {
            return; // nothing is open
        }
        mayServe = !fetching.isEmpty();
        reader.execute(() -> serving.entrySet().removeIf(entry -> {
            boolean ended = !fetching.contains(entry.getKey());
            if (ended) {
                close(entry.getValue());
            }
            return ended;
        }));
    }

    private void close(@Nullable Serving ended) {
        if (ended != null) {
            try {
                ended.file().close();
            } catch (IOException e) {
                LOG.warn("{}: {} could not be closed", node, ended.file().path(), e);
            }
        }
    }
}
