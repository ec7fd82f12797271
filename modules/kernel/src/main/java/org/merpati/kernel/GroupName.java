package org.merpati.kernel;

import java.util.regex.Pattern;

/** A replicated group's name: {@code directory}, {@code shard-1}, {@code spool-gsmta1}. */
public record GroupName(String value) implements Comparable<GroupName> {
    private static final Pattern LAWFUL = Pattern.compile("[a-z0-9][a-z0-9-]{0,70}");
    /** The group of people and configuration; there is one. */
    public static final GroupName DIRECTORY = new GroupName("directory");

    public GroupName {
        if (!LAWFUL.matcher(value).matches()) {
            throw new Malformed("'" + value + "' is not a group name: lower-case letters, digits and hyphens");
        }
    }

    /** The n-th shard of mailboxes, from 1. */
    public static GroupName shard(int number) {
        return new GroupName("shard-" + number);
    }

    /** The spool that a node leads. */
    public static GroupName spool(NodeName node) {
        return new GroupName("spool-" + node);
    }

    /** Whether this is a shard of mailboxes. */
    public boolean isShard() {
        return value.startsWith("shard-");
    }

    /** Whether this is a spool. */
    public boolean isSpool() {
        return value.startsWith("spool-");
    }

    @Override
    public int compareTo(GroupName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
