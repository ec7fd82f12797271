package org.merpati.imap.sort;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Conversations by what each message refers to and then by subject (RFC 5256 §3 REFERENCES). */
public final class ReferenceThreads {
    /** How deep a conversation goes; what would lie deeper begins another. */
    private static final int DEPTH_LIMIT = 500;

    private final Map<String, ThreadNode> byId = new HashMap<>();
    private final List<ThreadNode> nodes = new ArrayList<>();

    private ReferenceThreads() {}

    public static List<ThreadNode> of(int[] numbers, Digest[] digests) {
        ReferenceThreads threads = new ReferenceThreads();
        for (int i = 0; i < numbers.length; i++) {
            threads.add(numbers[i], digests[i]);
        }
        List<ThreadNode> roots = threads.roots();
        roots.forEach(ThreadNode::sort);
        roots.sort(ThreadNode.BY_DATE);
        List<ThreadNode> gathered = gather(roots);
        gathered.forEach(ThreadNode::sort);
        gathered.sort(ThreadNode.BY_DATE);
        return gathered;
    }

    /** Step 1: links a message to what it refers to. */
    private void add(int number, Digest digest) {
        ThreadNode node = digest.id().isEmpty() ? null : byId.get(digest.id());
        if (node == null || !node.isMissing()) {
            node = ThreadNode.missing();
            nodes.add(node);
            if (!digest.id().isEmpty()) {
                byId.putIfAbsent(digest.id(), node);
            }
        }
        node.fill(number, digest);
        ThreadNode last = null;
        for (String id : digest.references()) {
            ThreadNode next = byId.get(id);
            if (next == null) {
                next = ThreadNode.missing();
                nodes.add(next);
                byId.put(id, next);
            }
            if (last != null && next.parent == null && fits(next, last)) {
                next.parent = last;
            }
            last = next;
        }
        node.parent = null;
        if (last != null && fits(node, last)) {
            node.parent = last;
        }
    }

    /** Whether one can be below the other: no loop comes of it, and it does not become too deep. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean fits(ThreadNode child, ThreadNode parent) {
        int depth = 0;
        for (ThreadNode above = parent; above != null; above = above.parent) {
            if (above == child || ++depth == DEPTH_LIMIT) {
                return false;
            }
        }
        return true;
    }

    /** Steps 2 and 3: the messages that are below none, without those that are missing where they can be spared. */
    private List<ThreadNode> roots() {
        List<ThreadNode> roots = new ArrayList<>();
        for (ThreadNode top : tops()) {
            prune(top);
            if (top.isMissing() && top.children.size() < 2) {
                roots.addAll(top.children);
            } else {
                roots.add(top);
            }
        }
        return roots;
    }

    /** Gives each node its children; what would lie too deep comes to the top. */
    private List<ThreadNode> tops() {
        List<ThreadNode> tops = new ArrayList<>();
        for (ThreadNode node : nodes) {
            (node.parent == null ? tops : node.parent.children).add(node);
        }
        for (int i = 0; i < tops.size(); i++) {
            List<ThreadNode> level = List.of(tops.get(i));
            for (int depth = 1; !level.isEmpty(); depth++) {
                List<ThreadNode> below = new ArrayList<>();
                level.forEach(node -> below.addAll(node.children));
                if (depth == DEPTH_LIMIT) {
                    level.forEach(node -> node.children.clear());
                    tops.addAll(below);
                    below.clear();
                }
                level = below;
            }
        }
        return tops;
    }

    /** Puts in the place of each missing one below a node what is below it. */
    private static void prune(ThreadNode node) {
        List<ThreadNode> kept = new ArrayList<>(node.children.size());
        for (ThreadNode child : node.children) {
            prune(child);
            if (child.isMissing()) {
                kept.addAll(child.children);
            } else {
                kept.add(child);
            }
        }
        node.children.clear();
        node.children.addAll(kept);
    }

    /** Steps 4 and 5: joins the conversations of one subject. */
    @SuppressWarnings("ReferenceEquality")
    private static List<ThreadNode> gather(List<ThreadNode> roots) {
        Map<String, ThreadNode> bySubject = new HashMap<>();
        for (ThreadNode root : roots) {
            bySubject.merge(root.subject().text(), root, ReferenceThreads::better);
        }
        Set<ThreadNode> gathered = new LinkedHashSet<>(roots);
        for (ThreadNode root : roots) {
            String subject = root.subject().text();
            ThreadNode first = bySubject.getOrDefault(subject, root);
            if (subject.isEmpty() || first == root || !gathered.contains(root)) {
                continue;
            }
            gathered.remove(root);
            ThreadNode joined = join(first, root);
            if (joined != first) {
                gathered.remove(first);
                gathered.add(joined);
                bySubject.put(subject, joined);
            }
        }
        return new ArrayList<>(gathered);
    }

    /** Of two conversations of a subject that which the others join. */
    private static ThreadNode better(ThreadNode old, ThreadNode next) {
        boolean replaces = !old.isMissing()
                && (next.isMissing()
                        || (old.subject().reply() && !next.subject().reply()));
        return replaces ? next : old;
    }

    /** Joins a conversation to another; answers the one that both are in. */
    private static ThreadNode join(ThreadNode first, ThreadNode other) {
        if (first.isMissing() && other.isMissing()) {
            first.children.addAll(other.children);
            return first;
        }
        if (first.isMissing() || (other.subject().reply() && !first.subject().reply())) {
            first.children.add(other);
            return first;
        }
        ThreadNode both = ThreadNode.missing();
        both.children.add(first);
        both.children.add(other);
        return both;
    }
}
