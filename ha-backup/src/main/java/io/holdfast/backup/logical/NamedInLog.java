package io.holdfast.backup.logical;

import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.core.HoldfastException;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateContents;
import io.holdfast.core.spi.StateContents.Touch;
import io.holdfast.core.spi.StateCut;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;

/** Which keys the commands of a period name, in bounded memory. Blocks; for one thread. */
final class NamedInLog {
    private static final int PART_BYTES = 4 << 20;

    private final ReplicatedState state;
    private final StateContents contents;
    private final StateCut cut;
    private final Start start;
    private final Chosen.Matcher chosen;
    private final int keysAtMost;
    private final Duration limit;
    private final TouchedKeys keys;
    /** All of whose keys count: they were removed at once, so that the log does not name those that are not there any more. */
    private final Set<ByteBuffer> wholeMaps = new TreeSet<>();

    private boolean tooMany;
    private long firstMillis;

    /** What a command names. */
    interface Visitor {
        void key(byte[] map, byte[] key) throws IOException;
    }

    NamedInLog(
            ReplicatedState state,
            StateContents contents,
            StateCut cut,
            Start start,
            Chosen.Matcher chosen,
            int keysAtMost,
            Duration limit) {
        this.state = state;
        this.contents = contents;
        this.cut = cut;
        this.start = start;
        this.chosen = chosen;
        this.keysAtMost = keysAtMost;
        this.limit = limit;
        this.keys = new TouchedKeys(keysAtMost);
    }

    /**
     * Reads the log up to the cut.
     *
     * @return false if there are more than are allowed
     */
    boolean read(Parts parts) throws IOException {
        for (long last = start.afterIndex(); last < cut.index() && !tooMany; ) {
            parts.alive();
            last = part(last, this::add);
        }
        return !tooMany;
    }

    private void add(Touch touch) {
        byte[] key = touch.key();
        if (key == null) {
            wholeMaps.add(ByteBuffer.wrap(touch.map()));
            tooMany |= wholeMaps.size() > keysAtMost;
        } else if (chosen.key(touch.map(), key) && !isWhole(touch.map())) {
            tooMany |= !keys.add(touch.map(), key);
        }
    }

    /** Reads it once more; maps that are whole are left out. */
    void again(Visitor each) throws IOException {
        for (long last = start.afterIndex(); last < cut.index(); ) {
            last = part(last, touch -> {
                byte[] key = touch.key();
                if (key != null && !isWhole(touch.map())) {
                    each.key(touch.map(), key);
                }
            });
        }
    }

    /** It is in the cut. */
    void isThere(byte[] map, byte[] key) {
        keys.markFirst(map, key);
    }

    /** Once for each key that is named and not in the cut, when all that are in it have been said to be there. */
    boolean isRemoved(byte[] map, byte[] key) {
        return keys.markFirst(map, key);
    }

    boolean isNamed(byte[] map, byte[] key) {
        return isWhole(map) || keys.contains(map, key);
    }

    /** When the first part of the log was taken that has been read; 0 if none was. */
    long firstMillis() {
        return firstMillis;
    }

    List<byte[]> wholeMaps() {
        return wholeMaps.stream().map(ByteBuffer::array).toList();
    }

    private boolean isWhole(byte[] map) {
        return !wholeMaps.isEmpty() && wholeMaps.contains(ByteBuffer.wrap(map));
    }

    /** Returns the last entry that has been read. */
    private long part(long after, StateContents.TouchVisitor each) throws IOException {
        LogPart part = asked(after);
        if (part.isEmpty()) {
            throw new NotAvailableException("the state of this node has entry " + cut.index()
                    + ", and its log none after " + after + " that is on its disk yet: try again");
        }
        if (!part.logId().equals(cut.logId())) {
            throw new NotAvailableException("the state is of the log " + cut.logId() + ", and what follows entry "
                    + after + " of the log " + part.logId() + ": try again");
        }
        contents.touched(new ByteArrayInputStream(part.bytes()), touch -> {
            boolean within = touch.index() > after && touch.index() <= cut.index();
            if (within && touch.wallMillis() > start.afterMillis() && chosen.map(touch.map())) {
                each.touch(touch);
            }
        });
        if (firstMillis == 0) {
            firstMillis = part.firstWallMillis();
        }
        return part.lastIndex();
    }

    private LogPart asked(long after) throws IOException {
        try {
            return state.logAfter(after, PART_BYTES, limit)
                    .toCompletableFuture()
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while the log was read").initCause(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HoldfastException typed) {
                throw typed;
            }
            throw new IOException("the log after entry " + after + " cannot be read", e.getCause());
        }
    }
}
