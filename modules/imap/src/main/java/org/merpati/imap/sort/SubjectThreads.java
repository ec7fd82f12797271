package org.merpati.imap.sort;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Conversations of one subject each: the first message, and the others below it (RFC 5256 §3 ORDEREDSUBJECT). */
public final class SubjectThreads {
    private SubjectThreads() {}

    public static List<ThreadNode> of(int[] numbers, Digest[] digests) {
        List<ThreadNode> all = new ArrayList<>(numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            all.add(ThreadNode.of(numbers[i], digests[i]));
        }
        all.sort(ThreadNode.BY_DATE);
        Map<String, ThreadNode> first = new LinkedHashMap<>();
        for (ThreadNode node : all) {
            ThreadNode before = first.putIfAbsent(node.subject().text(), node);
            if (before != null) {
                before.children.add(node);
            }
        }
        return first.values().stream()
                .sorted(Comparator.comparingLong(ThreadNode::sent).thenComparingInt(ThreadNode::number))
                .toList();
    }
}
