package io.holdfast.replication.structures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;

/** Checks what must hold in every {@link CowTree}: order, bounds, fill, equal depth, and the size. */
final class TreeValidator {
    private final int fanout;
    private int depth = -1;
    private long entries;

    private TreeValidator(int fanout) {
        this.fanout = fanout;
    }

    static void validate(CowTree tree) {
        validate(tree.root(), tree.size(), tree.fanout());
    }

    static void validate(TreeNode root, long size, int fanout) {
        TreeValidator validator = new TreeValidator(fanout);
        validator.node(root, new byte[0], null, 0);
        assertEquals(size, validator.entries, "size");
    }

    private void node(TreeNode node, byte[] lowest, byte[] bound, int level) {
        if (level > 0) {
            assertTrue(node.count() >= TreeNode.fewest(fanout), "too few: " + node.count());
        } else if (!node.isLeaf()) {
            assertTrue(node.count() >= 2, "a root with a single child");
        }
        assertTrue(node.count() < fanout, "too many: " + node.count());
        for (int i = 0; i < node.count(); i++) {
            if (i > 0) {
                assertTrue(Arrays.compareUnsigned(node.key(i - 1), node.key(i)) < 0, "order");
            }
            assertTrue(Arrays.compareUnsigned(lowest, node.key(i)) <= 0, "below the bound");
            assertTrue(bound == null || Arrays.compareUnsigned(node.key(i), bound) < 0, "above the bound");
        }
        if (node.isLeaf()) {
            assertTrue(depth < 0 || depth == level, "leaves at different depths");
            depth = level;
            entries += node.count();
            return;
        }
        assertTrue(Arrays.equals(lowest, node.key(0)), "the first key of an inner node is its bound");
        for (int i = 0; i < node.count(); i++) {
            node(node.child(i), node.key(i), i + 1 < node.count() ? node.key(i + 1) : bound, level + 1);
        }
    }
}
