package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.ReadPlan;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.SnapshotChunk;
import io.holdfast.replication.wire.RaftCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes to one peer. Appends keep their order, also when one of them has to be read from the disk first, which
 * another thread does. How much can wait is bounded by the core's flow control. On the loop.
 */
final class PeerOutbox {
    private final String peer;
    private final LogStore store;
    private final Worker reader;
    private final EventLoop loop;
    private final ByteBufAllocator allocator;
    private final Consumer<RaftInput> inputs;
    private final LongConsumer sent;
    private final ArrayDeque<AppendRequest> behindRead = new ArrayDeque<>();
    private @Nullable Link link;
    private boolean reading;

    PeerOutbox(
            String peer,
            LogStore store,
            Worker reader,
            EventLoop loop,
            ByteBufAllocator allocator,
            Consumer<RaftInput> inputs,
            LongConsumer sent) {
        this.peer = peer;
        this.store = store;
        this.reader = reader;
        this.loop = loop;
        this.allocator = allocator;
        this.inputs = inputs;
        this.sent = sent;
    }

    void up(Link standing) {
        link = standing;
    }

    boolean isUp() {
        return link != null;
    }

    boolean isOn(Link which) {
        return which.equals(link);
    }

    void down() {
        link = null;
        behindRead.clear();
    }

    void send(RaftMessage message) {
        Link to = link;
        if (to == null) {
            return; // the core hears of it when the link stands again, and begins anew
        }
        if (!(message instanceof AppendRequest append)) {
            if (!to.send(PeerLinks.lane(message), RaftCodec.encode(allocator, message))) {
                to.disconnect("the queue of urgent messages is full: the far end has stopped reading");
            }
        } else if (reading) {
            behindRead.add(append);
        } else {
            sendAppend(to, append);
        }
    }

    /** Takes ownership of the bytes. One that finds no room is dropped: it is asked for again, later. */
    void send(SnapshotChunk chunk, ByteBuf bytes) {
        Link to = link;
        if (to == null) {
            bytes.release();
            return;
        }
        CompositeByteBuf frame = allocator.compositeDirectBuffer(2);
        frame.addComponent(true, RaftCodec.encode(allocator, chunk));
        frame.addComponent(true, bytes);
        int length = chunk.length();
        if (to.send(PeerLinks.lane(chunk), frame)) {
            sent.accept(length);
        }
    }

    private void sendAppend(Link to, AppendRequest append) {
        List<ByteBuf> batches = new ArrayList<>(append.batches().size());
        for (BatchMeta meta : append.batches()) {
            if (!store.holds(meta)) {
                // It waited behind a read while this node learnt of another leader, and its tail was cut.
                inputs.accept(new RaftInput.SendFailed(peer));
                return;
            }
            ByteBuf batch = store.cached(meta.firstIndex());
            if (batch == null) {
                readThenSend(to, append);
                return;
            }
            batches.add(batch);
        }
        batches.forEach(ByteBuf::retain);
        transmit(to, append, batches);
    }

    private void transmit(Link to, AppendRequest append, List<ByteBuf> batches) {
        ByteBuf head = RaftCodec.encode(allocator, append);
        ByteBuf frame = head;
        if (!batches.isEmpty()) {
            CompositeByteBuf whole = allocator.compositeDirectBuffer(batches.size() + 1);
            whole.addComponent(true, head);
            for (ByteBuf batch : batches) {
                // A view of its own: the cached one keeps its reader index.
                whole.addComponent(true, batch.slice());
            }
            frame = whole;
        }
        if (!to.send(PeerLinks.lane(append), frame)) {
            inputs.accept(new RaftInput.SendFailed(peer));
        } else if (!batches.isEmpty()) {
            sent.accept(append.batches().stream().mapToLong(BatchMeta::bytes).sum());
        }
    }

    private void readThenSend(Link to, AppendRequest append) {
        reading = true;
        int bytes = append.batches().stream().mapToInt(BatchMeta::bytes).sum();
        ReadPlan plan = store.plan(append.batches().get(0).firstIndex(), bytes);
        reader.execute(() -> {
            List<ByteBuf> batches;
            try {
                batches = plan.read(allocator);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            loop.execute(() -> read(to, append, batches));
        });
    }

    private void read(Link to, AppendRequest append, List<ByteBuf> batches) {
        reading = false;
        if (to.equals(link) && batches.size() == append.batches().size()) {
            transmit(to, append, batches);
        } else {
            batches.forEach(ByteBuf::release);
            if (to.equals(link)) {
                inputs.accept(new RaftInput.SendFailed(peer)); // the log was cut meanwhile
            }
        }
        while (!reading && link != null && !behindRead.isEmpty()) {
            sendAppend(link, behindRead.remove());
        }
    }
}
