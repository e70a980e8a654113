package io.holdfast.replication;

import io.holdfast.core.NotAvailableException;
import io.holdfast.replication.session.Poll;
import io.holdfast.replication.structures.MapChange;
import io.holdfast.replication.structures.WatchPage;
import io.holdfast.replication.structures.WatchQuestion;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The asking side of a watch: knows from where on it has to ask, and gives each page to the listener before it asks for the
 * next. So what waits for a slow listener is one page here, and nothing at the nodes but what they keep for everybody.
 */
final class WatchPoll<K, V> implements Poll {
    private static final Logger LOG = LoggerFactory.getLogger(WatchPoll.class);
    private static final MapEvent.Kind[] KINDS = MapEvent.Kind.values();
    private static final int PAGE_BYTES = 128 << 10;
    private static final int WAIT_MILLIS = 1_000;

    private final ReplicatedMap<K, V> map;
    private final Consumer<? super MapEvent<K, V>> listener;
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    /** Where the next page begins; handed to and fro between the loop and the listener's thread. */
    private long nextIndex;

    private int nextSkip;
    private volatile long position;
    private volatile boolean closed;

    WatchPoll(ReplicatedMap<K, V> map, long afterIndex, Consumer<? super MapEvent<K, V>> listener) {
        this.map = map;
        this.listener = listener;
        this.position = afterIndex;
        this.nextIndex = afterIndex + 1;
    }

    long position() {
        return position;
    }

    CompletableFuture<@Nullable Void> ended() {
        return ended;
    }

    void close() {
        if (!closed) {
            closed = true;
            ended.complete(null);
        }
    }

    @Override
    public byte @Nullable [] question() {
        if (closed) {
            return null;
        }
        ByteBuffer name = ByteBuffer.wrap(map.raw().id());
        return new WatchQuestion(name, nextIndex, nextSkip, PAGE_BYTES, WAIT_MILLIS).encode();
    }

    @Override
    public @Nullable RuntimeException answered(byte[] answer) {
        WatchPage page;
        try {
            page = WatchPage.read(answer);
        } catch (IllegalStateException e) {
            return e;
        }
        if (page.tooOld()) {
            return new WatchTooOldException("the changes of the map \"" + map.name() + "\" from index " + nextIndex
                    + " on are not kept any more, only those from " + page.nextIndex()
                    + " on; take the map's position, scan it, and watch from that position");
        }
        for (WatchPage.Event event : page.changes()) {
            if (closed) {
                return null;
            }
            give(event);
            position = event.last() ? event.index() : event.index() - 1;
        }
        nextIndex = page.nextIndex();
        nextSkip = page.nextSkip();
        position = nextIndex - 1;
        return null;
    }

    private void give(WatchPage.Event event) {
        try {
            listener.accept(new MapEvent<>(
                    KINDS[event.kind() - 1],
                    event.kind() == MapChange.CLEARED ? null : map.decodeKey(event.key()),
                    event.kind() == MapChange.PUT ? map.decodeValue(event.value()) : null,
                    event.index(),
                    event.last()));
        } catch (Throwable e) { // whatever a user's listener throws must not end the node, nor a watch without a word
            LOG.error(
                    "the listener of the map \"{}\" threw at index {}; its watch goes on",
                    map.name(),
                    event.index(),
                    e);
        }
    }

    @Override
    public void ended(RuntimeException why) {
        if (!closed) {
            closed = true;
            if (!(why instanceof NotAvailableException)) { // that is this process stopping, which is no surprise
                LOG.warn("a watch of the map \"{}\" ends at index {}: {}", map.name(), position, why.toString());
            }
            ended.completeExceptionally(why);
        }
    }
}
