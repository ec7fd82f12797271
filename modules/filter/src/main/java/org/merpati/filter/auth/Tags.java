package org.merpati.filter.auth;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.merpati.kernel.Malformed;

/** A list of tags, {@code a=rsa-sha256; d=example.com} (RFC 6376 §3.2). */
record Tags(Map<String, String> values) {
    private static final int LIMIT = 50;

    /**
     * Reads a list; white space around names and values goes.
     *
     * @throws Malformed if it is none, or names a tag twice
     */
    static Tags parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String part : text.split(";")) {
            if (part.isBlank()) {
                continue;
            }
            int equals = part.indexOf('=');
            String name = equals < 0 ? "" : part.substring(0, equals).strip();
            if (!name.matches("[A-Za-z][A-Za-z0-9_]*") || values.size() == LIMIT) {
                throw new Malformed("'" + part.strip() + "' is no tag");
            }
            if (values.put(name, part.substring(equals + 1).strip()) != null) {
                throw new Malformed("the tag " + name + " is there twice");
            }
        }
        return new Tags(values);
    }

    /** The value of a tag. */
    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** The value of a tag, or what stands for its absence. */
    String or(String name, String absent) {
        return values.getOrDefault(name, absent);
    }

    /**
     * The value of a tag without white space in it.
     *
     * @throws Malformed if it is not there
     */
    String need(String name) {
        return find(name)
                .map(value -> value.replaceAll("\\s+", ""))
                .orElseThrow(() -> new Malformed("the tag " + name + " is missing"));
    }
}
