package org.merpati.imap.sort;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.text.Reply;

/** A message of a conversation, or the place of one that is not here. */
public final class ThreadNode {
    public static final Comparator<ThreadNode> BY_DATE =
            Comparator.comparingLong(ThreadNode::sent).thenComparingInt(ThreadNode::number);

    final List<ThreadNode> children = new ArrayList<>();

    @Nullable
    ThreadNode parent;

    private int number;
    private @Nullable Digest digest;

    /** The place of a message that is not here, as far as is known. */
    public static ThreadNode missing() {
        return new ThreadNode();
    }

    public static ThreadNode of(int number, Digest digest) {
        ThreadNode node = new ThreadNode();
        node.fill(number, digest);
        return node;
    }

    public void fill(int newNumber, Digest newDigest) {
        number = newNumber;
        digest = newDigest;
    }

    public boolean isMissing() {
        return digest == null;
    }

    /** Its number or, where it is missing, that of its first child. */
    public int number() {
        return digest == null && !children.isEmpty() ? children.getFirst().number() : number;
    }

    /** When it was sent or, where it is missing, when its first child was. */
    public long sent() {
        return digest == null ? children.getFirst().sent() : digest.sent();
    }

    /** Its subject or, where it is missing, that of its first child. */
    public BaseSubject subject() {
        return digest == null ? children.getFirst().subject() : digest.subject();
    }

    /** Puts everything below it in the order of dates. */
    public void sort() {
        children.forEach(ThreadNode::sort);
        children.sort(BY_DATE);
    }

    /** Writes it and what is below it, without parentheses around (RFC 5256 §4). */
    public void put(Reply reply, IntToLongFunction shown) throws IOException {
        ThreadNode node = this;
        boolean first = true;
        while (node.children.size() == 1) {
            first = putNumber(node, reply, shown, first);
            node = node.children.getFirst();
        }
        first = putNumber(node, reply, shown, first);
        if (!node.children.isEmpty()) {
            reply.put(first ? "" : " ");
            for (ThreadNode child : node.children) {
                reply.put('(');
                child.put(reply, shown);
                reply.put(')');
            }
        }
    }

    private static boolean putNumber(ThreadNode node, Reply reply, IntToLongFunction shown, boolean first)
            throws IOException {
        if (node.isMissing()) {
            return first;
        }
        reply.put(first ? "" : " ").put(shown.applyAsLong(node.number));
        return false;
    }
}
