package org.merpati.filter.text;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A link of a page or of a text, and where it was found. */
public final class Link {
    private final Set<String> types = new LinkedHashSet<>();
    private final List<StringBuilder> anchors = new ArrayList<>();
    private final Set<String> forms = new LinkedHashSet<>();
    private final Set<String> hosts = new LinkedHashSet<>();

    Link() {}

    /** The elements that name it; {@code parsed} if it stands in the text. */
    public Set<String> types() {
        return types;
    }

    /** The text that it is shown as, each time. */
    public List<String> anchors() {
        return anchors.stream().map(StringBuilder::toString).toList();
    }

    /** The link as it is written and as programs understand it. */
    public Set<String> forms() {
        return forms;
    }

    /** The hosts that it leads to. */
    public Set<String> hosts() {
        return hosts;
    }

    void anchor() {
        anchors.add(new StringBuilder());
    }

    void anchor(String text) {
        anchors.getLast().append(text);
    }
}
