package io.holdfast.replication.structures;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some changes of one map, and where to go on: the answer to a {@link WatchQuestion}.
 *
 * @param changes in the order of the log; may be none
 * @param nextIndex the index to ask for next
 * @param nextSkip how many changes of that entry are known by then
 * @param tooOld true if what was asked for is not kept any more: then all is kept from {@code nextIndex} on
 */
public record WatchPage(List<Event> changes, long nextIndex, int nextSkip, boolean tooOld) {
    /** Whatever is asked for, a page is small enough not to keep the loop. */
    public static final int MAX_BYTES = 256 << 10;

    private static final byte[] NONE = {};
    private static final int HEADER_BYTES = 1 + Long.BYTES + Integer.BYTES;
    private static final int EVENT_BYTES = 2 + Long.BYTES;
    private static final int TOO_OLD = 0;
    private static final int CHANGES = 1;

    /** Makes the list its own. */
    public WatchPage {
        changes = List.copyOf(changes);
    }

    /**
     * A change.
     *
     * @param kind as {@link MapChange#kind}
     * @param last true if no other change of this map has this index
     */
    public record Event(int kind, long index, boolean last, byte[] key, byte[] value) {}

    /**
     * Makes the answer.
     *
     * @param applied what has a higher index is not to be seen yet
     * @return null if there is no change, so that it may be waited for
     */
    public static byte @Nullable [] of(ChangeRing ring, WatchQuestion question, long applied) {
        if (question.index() <= ring.after()) {
            return ByteBuffer.allocate(HEADER_BYTES)
                    .put((byte) TOO_OLD)
                    .putLong(ring.after() + 1)
                    .putInt(0)
                    .array();
        }
        List<Event> events = new ArrayList<>();
        int maxBytes = Math.min(question.maxBytes(), MAX_BYTES);
        int bytes = 0;
        int ofEntry = 0; // changes of the entry at hand
        int at = next(ring, question.name(), ring.ceiling(question.index()), applied);
        while (at < ring.size()) {
            MapChange change = ring.get(at);
            boolean known = change.index() == question.index() && ofEntry < question.skip();
            int size = size(change);
            if (!known && !events.isEmpty() && bytes + size > maxBytes) {
                return encode(events, bytes, change.index(), ofEntry);
            }
            int following = next(ring, question.name(), at + 1, applied);
            boolean last = following == ring.size() || ring.get(following).index() != change.index();
            if (!known) {
                events.add(new Event(change.kind(), change.index(), last, change.key(), change.value()));
                bytes += size;
            }
            ofEntry = last ? 0 : ofEntry + 1;
            at = following;
        }
        return events.isEmpty() ? null : encode(events, bytes, applied + 1, 0);
    }

    /** The answer where there is no change, with the place to go on from. */
    public static byte[] none(WatchQuestion question, long applied) {
        return question.index() > applied
                ? encode(List.of(), 0, question.index(), question.skip())
                : encode(List.of(), 0, applied + 1, 0);
    }

    /** The next change of that map from a place on, up to an index; the ring's size if there is none. */
    private static int next(ChangeRing ring, ByteBuffer name, int from, long applied) {
        for (int at = from; at < ring.size() && ring.get(at).index() <= applied; at++) {
            if (ring.get(at).name().equals(name)) {
                return at;
            }
        }
        return ring.size();
    }

    private static int size(MapChange change) {
        int size = EVENT_BYTES;
        if (change.kind() != MapChange.CLEARED) {
            size += Integer.BYTES + change.key().length;
        }
        return change.kind() == MapChange.PUT ? size + Integer.BYTES + change.value().length : size;
    }

    private static byte[] encode(List<Event> events, int bytes, long nextIndex, int nextSkip) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + bytes)
                .put((byte) CHANGES)
                .putLong(nextIndex)
                .putInt(nextSkip);
        for (Event event : events) {
            out.put((byte) event.kind()).put((byte) (event.last() ? 1 : 0)).putLong(event.index());
            if (event.kind() != MapChange.CLEARED) {
                out.putInt(event.key().length).put(event.key());
            }
            if (event.kind() == MapChange.PUT) {
                out.putInt(event.value().length).put(event.value());
            }
        }
        return out.array();
    }

    /**
     * Reads an answer.
     *
     * @throws IllegalStateException if it is none: the nodes do not run compatible versions
     */
    public static WatchPage read(byte[] answer) {
        try {
            CommandReader in = new CommandReader(ByteBuffer.wrap(answer));
            boolean tooOld = !in.flag("whether there are changes");
            long nextIndex = in.index("the next index");
            int nextSkip = in.notNegative("what is known of it");
            List<Event> events = new ArrayList<>();
            while (in.hasMore()) {
                events.add(event(in));
            }
            return new WatchPage(events, nextIndex, nextSkip, tooOld);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "a page of changes cannot be read; do all nodes run compatible versions?", e);
        }
    }

    private static Event event(CommandReader in) {
        int kind = in.unsignedByte("the kind of a change");
        if (kind < MapChange.PUT || kind > MapChange.CLEARED) {
            throw new IllegalArgumentException("a change of kind " + kind + " is not known to this version");
        }
        boolean last = in.flag("whether it is the last one");
        long index = in.index("the index of a change");
        byte[] key = kind == MapChange.CLEARED ? NONE : in.bytes("the key");
        return new Event(kind, index, last, key, kind == MapChange.PUT ? in.bytes("the value") : NONE);
    }
}
