package io.holdfast.replication.structures;

import java.util.ConcurrentModificationException;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map of byte arrays, in unsigned lexicographic order, whose {@link #snapshot} costs nothing.
 *
 * <p>It is a B+ tree (Comer, "The Ubiquitous B-Tree", 1979) that is copied on write: every node carries the generation
 * in which it was made, and a snapshot starts the next generation. A node of the present generation is changed in place;
 * an older one may belong to a snapshot, and is copied first. So between two snapshots each node is copied at most once,
 * and without snapshots none is.
 *
 * <p>One thread changes a tree. A snapshot may be read by another, if it was handed over safely. Arrays that have been
 * put or got must not be changed by anybody.
 */
final class CowTree {
    private static final int FANOUT = 64;

    private final int fanout;
    private long generation;
    private TreeNode root;
    private final EntryHash hash = new EntryHash();
    private long contentHash;
    private long size;
    private long changes;

    CowTree() {
        this(FANOUT);
    }

    /** @param fanout the most entries or children of a node; even, at least 4 */
    CowTree(int fanout) {
        if (fanout < 4 || fanout % 2 != 0) {
            throw new IllegalArgumentException("a fan-out of " + fanout + " is not even and at least 4");
        }
        this.fanout = fanout;
        this.root = TreeNode.leaf(fanout, generation);
    }

    long size() {
        return size;
    }

    byte @Nullable [] get(byte[] key) {
        return get(root, key);
    }

    /** @return the previous value */
    byte @Nullable [] put(byte[] key, byte[] value) {
        changes++;
        root = root.forChange(generation);
        byte[] previous = put(root, key, value);
        contentHash += hash.of(key, value);
        if (previous == null) {
            size++;
        } else {
            contentHash -= hash.of(key, previous);
        }
        if (root.count() == fanout) {
            TreeNode left = root;
            root = TreeNode.inner(fanout, generation, left, left.splitOff(generation));
        }
        return previous;
    }

    /** @return the value that was removed */
    byte @Nullable [] remove(byte[] key) {
        if (get(key) == null) {
            return null; // so that nothing is copied for it
        }
        changes++;
        root = root.forChange(generation);
        byte[] removed = remove(root, key);
        contentHash -= hash.of(key, removed);
        size--;
        if (!root.isLeaf() && root.count() == 1) {
            root = root.child(0);
        }
        return removed;
    }

    /** Entries from the first key that is not below the given one. Of no use after the tree's next change. */
    Cursor ceiling(byte[] from) {
        return new Cursor(root, from, this);
    }

    /** The tree as it is now, for ever. */
    Snapshot snapshot() {
        generation++;
        return new Snapshot(root, size);
    }

    /** Tells trees apart that hold different entries, whatever led to them; 0 if there is none. */
    long contentHash() {
        return contentHash;
    }

    TreeNode root() {
        return root;
    }

    int fanout() {
        return fanout;
    }

    private static byte @Nullable [] get(TreeNode root, byte[] key) {
        TreeNode node = root;
        while (!node.isLeaf()) {
            node = node.child(node.childOf(key));
        }
        int at = node.search(key);
        return at < 0 ? null : node.value(at);
    }

    /** Nodes are split when they have become full, on the way back up: what is entered always has room for one more. */
    private byte @Nullable [] put(TreeNode node, byte[] key, byte[] value) {
        if (node.isLeaf()) {
            int at = node.search(key);
            if (at >= 0) {
                return node.setValue(at, value);
            }
            node.insertValue(-at - 1, key, value);
            return null;
        }
        int at = node.childOf(key);
        TreeNode child = node.childForChange(at, generation);
        byte[] previous = put(child, key, value);
        if (child.count() == fanout) {
            node.insertChild(at + 1, child.splitOff(generation));
        }
        return previous;
    }

    private byte[] remove(TreeNode node, byte[] key) {
        if (node.isLeaf()) {
            return node.removeValue(node.search(key));
        }
        int at = node.childOf(key);
        TreeNode child = node.childForChange(at, generation);
        byte[] removed = remove(child, key);
        if (child.count() < TreeNode.fewest(fanout)) {
            node.refill(at, generation);
        }
        return removed;
    }

    /** An immutable image of a tree. Safe from any thread that got it safely. */
    record Snapshot(TreeNode root, long size) {

        byte @Nullable [] get(byte[] key) {
            return CowTree.get(root, key);
        }

        /** Entries from the first key that is not below the given one. */
        Cursor ceiling(byte[] from) {
            return new Cursor(root, from, null);
        }
    }

    /** Walks entries in rising order. For one thread. */
    static final class Cursor {
        private final TreeNode root;
        private final @Nullable CowTree live;
        private final long changes;
        private TreeNode leaf;
        private int at;
        /** The lower bound of the next leaf; null in the last one. */
        private byte @Nullable [] next;

        private Cursor(TreeNode root, byte[] from, @Nullable CowTree live) {
            this.root = root;
            this.live = live;
            this.changes = live == null ? 0 : live.changes;
            this.leaf = root;
            seek(from);
        }

        /** Steps to the next entry; false behind the last. */
        boolean advance() {
            if (live != null && live.changes != changes) {
                throw new ConcurrentModificationException("the tree was changed under a cursor");
            }
            if (++at < leaf.count()) {
                return true;
            }
            if (next == null) {
                at = leaf.count();
                return false;
            }
            seek(next);
            return ++at < leaf.count();
        }

        byte[] key() {
            return leaf.key(at);
        }

        byte[] value() {
            return leaf.value(at);
        }

        private void seek(byte[] from) {
            TreeNode node = root;
            next = null;
            while (!node.isLeaf()) {
                int child = node.childOf(from);
                if (child + 1 < node.count()) {
                    next = node.key(child + 1);
                }
                node = node.child(child);
            }
            leaf = node;
            int found = node.search(from);
            at = (found < 0 ? -found - 1 : found) - 1;
        }
    }
}
