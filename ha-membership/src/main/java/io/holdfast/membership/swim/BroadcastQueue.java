package io.holdfast.membership.swim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is still to be told, one message for each key: those that were sent least first, the newest first among them (SWIM, 4.1).
 * A newer one of the same key takes the older one's place.
 */
final class BroadcastQueue {
    /** A message that fits is not looked for beyond so many that do not. */
    private static final int MAX_MISFITS = 16;

    private static final class Item {
        final String key;
        final SwimMessage message;
        final int size;
        final long order;
        int sent;

        Item(String key, SwimMessage message, int size, long order) {
            this.key = key;
            this.message = message;
            this.size = size;
            this.order = order;
        }
    }

    private final ToIntFunction<SwimMessage> sizeOf;
    private final int bound;
    private final Map<String, Item> byKey = new HashMap<>();
    private final TreeSet<Item> items = new TreeSet<>(Comparator.<Item>comparingInt(i -> i.sent)
            .thenComparing(Comparator.<Item>comparingLong(i -> i.order).reversed()));
    private long orders;
    private long dropped;

    /** @param bound how many it holds at most; beyond that, what was sent most often goes */
    BroadcastQueue(ToIntFunction<SwimMessage> sizeOf, int bound) {
        this.sizeOf = sizeOf;
        this.bound = bound;
    }

    void put(String key, SwimMessage message) {
        remove(key);
        if (items.size() >= bound) {
            Item last = items.last();
            items.remove(last);
            byKey.remove(last.key);
            dropped++;
        }
        Item item = new Item(key, message, sizeOf.applyAsInt(message), ++orders);
        byKey.put(key, item);
        items.add(item);
    }

    void remove(String key) {
        Item old = byKey.remove(key);
        if (old != null) {
            items.remove(old);
        }
    }

    @Nullable
    SwimMessage get(String key) {
        Item item = byKey.get(key);
        return item == null ? null : item.message;
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    int size() {
        return items.size();
    }

    long dropped() {
        return dropped;
    }

    /**
     * Moves what fits into {@code budget} bytes to {@code into}, and counts it as sent.
     *
     * @param but the key of what the receiver need not be told
     * @param limit how often a message is sent
     * @return what is left of the budget
     */
    int take(List<SwimMessage> into, int budget, String but, int limit) {
        if (items.isEmpty()) {
            return budget;
        }
        int left = budget;
        int misfits = 0;
        List<Item> taken = new ArrayList<>();
        for (Iterator<Item> i = items.iterator(); i.hasNext() && misfits < MAX_MISFITS; ) {
            Item item = i.next();
            if (item.key.equals(but)) {
                continue;
            }
            if (item.size > left) {
                misfits++;
                continue;
            }
            left -= item.size;
            into.add(item.message);
            i.remove();
            taken.add(item);
        }
        for (Item item : taken) {
            item.sent++;
            if (item.sent < limit) {
                items.add(item);
            } else {
                byKey.remove(item.key);
            }
        }
        return left;
    }
}
