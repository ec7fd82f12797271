package org.merpati.filter.text;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What rule files say about the world.
 *
 * @param originating names of header fields that tell where a message was written
 * @param redirectors links that lead to what their first group is
 */
public record Conventions(Registries registries, List<String> originating, List<Pattern> redirectors) {
    /** Where no rule file says anything. */
    public static final Conventions NONE = new Conventions(
            new Registries(Set.of("com", "net", "org", "edu", "gov", "mil", "int", "info", "biz"), Set.of(), Set.of()),
            List.of(),
            List.of());

    public Conventions {
        originating = List.copyOf(originating);
        redirectors = List.copyOf(redirectors);
    }
}
