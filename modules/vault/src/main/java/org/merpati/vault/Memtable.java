package org.merpati.vault;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map of rows as a persistent AVL tree: a change makes a new tree that shares all but one path, so whoever
 * holds a tree reads it undisturbed.
 */
final class Memtable {
    static final Memtable EMPTY = new Memtable(null, 0, 0);

    private record Node(
            Row row, @Nullable Node left, @Nullable Node right, int height) {}

    private final @Nullable Node root;
    private final int count;
    private final long bytes;

    private Memtable(@Nullable Node root, int count, long bytes) {
        this.root = root;
        this.count = count;
        this.bytes = bytes;
    }

    /** How many rows. */
    int count() {
        return count;
    }

    /** What the rows weigh, in octets. */
    long bytes() {
        return bytes;
    }

    /** This with the row, in place of the one with the same key. */
    Memtable put(Row row) {
        Row old = get(row.key());
        long more = (long) row.weight() - (old == null ? 0 : old.weight());
        return new Memtable(insert(root, row), old == null ? count + 1 : count, bytes + more);
    }

    /** The row of that key, or null. */
    @Nullable
    Row get(byte[] key) {
        Node node = root;
        while (node != null) {
            int order = Arrays.compareUnsigned(key, node.row.key());
            if (order == 0) {
                return node.row;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    /** The rows whose keys are not less than the one given. */
    Cursor from(byte[] key) {
        Deque<Node> path = new ArrayDeque<>(32);
        Node node = root;
        while (node != null) {
            if (Arrays.compareUnsigned(key, node.row.key()) <= 0) {
                path.push(node);
                node = node.left;
            } else {
                node = node.right;
            }
        }
        return () -> {
            Node next = path.poll();
            if (next == null) {
                return null;
            }
            for (Node below = next.right; below != null; below = below.left) {
                path.push(below);
            }
            return next.row;
        };
    }

    /** The rows whose keys are less than the one given, the greatest first. */
    Cursor before(byte[] key) {
        Deque<Node> path = new ArrayDeque<>(32);
        Node node = root;
        while (node != null) {
            if (Arrays.compareUnsigned(key, node.row.key()) > 0) {
                path.push(node);
                node = node.right;
            } else {
                node = node.left;
            }
        }
        return () -> {
            Node next = path.poll();
            if (next == null) {
                return null;
            }
            for (Node below = next.left; below != null; below = below.right) {
                path.push(below);
            }
            return next.row;
        };
    }

    private static int height(@Nullable Node node) {
        return node == null ? 0 : node.height;
    }

    private static Node node(Row row, @Nullable Node left, @Nullable Node right) {
        return new Node(row, left, right, Math.max(height(left), height(right)) + 1);
    }

    private static Node insert(@Nullable Node node, Row row) {
        if (node == null) {
            return node(row, null, null);
        }
        int order = Arrays.compareUnsigned(row.key(), node.row.key());
        if (order == 0) {
            return new Node(row, node.left, node.right, node.height);
        }
        return order < 0
                ? balance(node.row, insert(node.left, row), node.right)
                : balance(node.row, node.left, insert(node.right, row));
    }

    private static Node balance(Row row, @Nullable Node left, @Nullable Node right) {
        int lean = height(left) - height(right);
        if (lean > 1 && left != null) {
            Node inner = left.right;
            if (height(left.left) >= height(inner) || inner == null) {
                return node(left.row, left.left, node(row, inner, right));
            }
            return node(inner.row, node(left.row, left.left, inner.left), node(row, inner.right, right));
        }
        if (lean < -1 && right != null) {
            Node inner = right.left;
            if (height(right.right) >= height(inner) || inner == null) {
                return node(right.row, node(row, left, inner), right.right);
            }
            return node(inner.row, node(row, left, inner.left), node(right.row, inner.right, right.right));
        }
        return node(row, left, right);
    }
}
