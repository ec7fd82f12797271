package org.merpati.kernel;

import java.util.regex.Pattern;

/** A node's name as the configuration gives it: lower-case letters, digits and hyphens, at most 63. */
public record NodeName(String value) implements Comparable<NodeName> {
    private static final Pattern LAWFUL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    public NodeName {
        if (!LAWFUL.matcher(value).matches()) {
            throw new Malformed(
                    "'" + value + "' is not a node name: lower-case letters, digits and hyphens, at most 63");
        }
    }

    @Override
    public int compareTo(NodeName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
