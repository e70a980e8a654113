package io.holdfast.replication.structures;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A node of a {@link CowTree}: sorted keys, and beside each its value (in a leaf) or its child.
 *
 * <p>The key beside a child is a lower bound of all keys below it, and equal to that child's own first key if the child
 * has children itself. The leftmost bound of all is the empty key, the smallest there is. With that, leaves and inner
 * nodes are split, joined and balanced by the same moves.
 */
final class TreeNode {
    private static final byte[] SMALLEST = {};

    private final long generation;
    private final boolean leaf;
    private final byte[][] keys;
    /** Values, or children. */
    private final @Nullable Object[] slots;

    private int count;

    private TreeNode(long generation, boolean leaf, byte[][] keys, @Nullable Object[] slots, int count) {
        this.generation = generation;
        this.leaf = leaf;
        this.keys = keys;
        this.slots = slots;
        this.count = count;
    }

    static TreeNode leaf(int fanout, long generation) {
        return new TreeNode(generation, true, new byte[fanout][], new Object[fanout], 0);
    }

    /** A new root over the two halves of the old one. */
    static TreeNode inner(int fanout, long generation, TreeNode left, TreeNode right) {
        TreeNode root = new TreeNode(generation, false, new byte[fanout][], new Object[fanout], 0);
        root.insert(0, SMALLEST, left);
        root.insert(1, right.keys[0], right);
        return root;
    }

    /** How few entries or children any node but the root may have: one below it and one at it fit into one node. */
    static int fewest(int fanout) {
        return fanout / 2;
    }

    boolean isLeaf() {
        return leaf;
    }

    int count() {
        return count;
    }

    byte[] key(int at) {
        return keys[at];
    }

    byte[] value(int at) {
        return (byte[]) slot(at);
    }

    TreeNode child(int at) {
        return (TreeNode) slot(at);
    }

    private Object slot(int at) {
        Object slot = slots[at];
        if (at >= count || slot == null) {
            throw new IndexOutOfBoundsException("slot " + at + " of a tree node that has " + count);
        }
        return slot;
    }

    /** The place of a key, or {@code -(place where it belongs) - 1}. */
    int search(byte[] key) {
        return Arrays.binarySearch(keys, 0, count, key, Arrays::compareUnsigned);
    }

    /** The child below which a key is, if anywhere. */
    int childOf(byte[] key) {
        int at = search(key);
        return at >= 0 ? at : -at - 2;
    }

    /** This node, or a copy if a snapshot may hold it. */
    TreeNode forChange(long now) {
        return generation == now ? this : new TreeNode(now, leaf, keys.clone(), slots.clone(), count);
    }

    /** A child, replaced by its copy if a snapshot may hold it. */
    TreeNode childForChange(int at, long now) {
        TreeNode child = child(at).forChange(now);
        slots[at] = child;
        return child;
    }

    byte[] setValue(int at, byte[] value) {
        byte[] previous = value(at);
        slots[at] = value;
        return previous;
    }

    void insertValue(int at, byte[] key, byte[] value) {
        insert(at, key, value);
    }

    byte[] removeValue(int at) {
        byte[] removed = value(at);
        remove(at);
        return removed;
    }

    void insertChild(int at, TreeNode child) {
        insert(at, child.keys[0], child);
    }

    /** Moves the upper half into a new node. */
    TreeNode splitOff(long now) {
        int half = count / 2;
        TreeNode right = new TreeNode(now, leaf, new byte[keys.length][], new Object[keys.length], 0);
        right.append(this, half);
        Arrays.fill(keys, half, count, SMALLEST); // so that nothing moved is kept from the collector
        Arrays.fill(slots, half, count, null);
        count = half;
        return right;
    }

    /** Gives a child that has become too small an entry of its neighbour, or joins the two. */
    void refill(int at, long now) {
        int left = at > 0 ? at - 1 : at;
        TreeNode low = childForChange(left, now);
        TreeNode high = childForChange(left + 1, now);
        if (low.count + high.count < keys.length) {
            low.append(high, 0);
            remove(left + 1);
            return;
        }
        if (at > 0) {
            int last = low.count - 1;
            high.insert(0, low.keys[last], low.slot(last));
            low.remove(last);
        } else {
            low.insert(low.count, high.keys[0], high.slot(0));
            high.remove(0);
        }
        keys[left + 1] = high.keys[0];
    }

    private void append(TreeNode other, int from) {
        int moved = other.count - from;
        System.arraycopy(other.keys, from, keys, count, moved);
        System.arraycopy(other.slots, from, slots, count, moved);
        count += moved;
    }

    private void insert(int at, byte[] key, Object slot) {
        System.arraycopy(keys, at, keys, at + 1, count - at);
        System.arraycopy(slots, at, slots, at + 1, count - at);
        keys[at] = key;
        slots[at] = slot;
        count++;
    }

    private void remove(int at) {
        System.arraycopy(keys, at + 1, keys, at, count - at - 1);
        System.arraycopy(slots, at + 1, slots, at, count - at - 1);
        count--;
        keys[count] = SMALLEST;
        slots[count] = null;
    }
}
