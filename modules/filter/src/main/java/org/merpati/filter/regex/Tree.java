package org.merpati.filter.regex;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An expression as it is built. */
sealed interface Tree {
    /** One octet of a set. */
    record Octet(OctetSet set) implements Tree {}

    /** One behind the other. */
    record Sequence(List<Tree> parts) implements Tree {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    /** One of several, the first preferred. */
    record Choice(List<Tree> parts) implements Tree {
        public Choice {
            parts = List.copyOf(parts);
        }
    }

    /** How a repetition is taken. */
    enum Greed {
        GREEDY,
        LAZY,
        POSSESSIVE
    }

    /**
     * Again and again.
     *
     * @param most -1 for any number
     */
    record Repeat(Tree part, int least, int most, Greed greed) implements Tree {}

    /** A group that is remembered. */
    record Group(Tree part, int number, Optional<String> name) implements Tree {}

    /** What a group matched, once more. */
    record Back(int number, boolean anyCase) implements Tree {}

    /** What must or must not stand before or behind. */
    record Look(Tree part, boolean ahead, boolean negative) implements Tree {}

    /** What is not tried in another way once it matched. */
    record Atomic(Tree part) implements Tree {}

    /** A place. */
    enum Place {
        BEGIN,
        BEGIN_LINE,
        END,
        END_FINAL,
        END_LINE,
        WORD,
        NOT_WORD
    }

    /** A place between octets. */
    record At(Place place) implements Tree {}

    /** A part that several expressions have, with what was worked out about it. */
    final class Common implements Tree {
        private final Tree part;
        private @Nullable Prefix prefix;
        private @Nullable Literals literals;

        Common(Tree part) {
            this.part = part;
        }

        Tree part() {
            return part;
        }

        Prefix prefix() {
            Prefix made = prefix;
            if (made == null) {
                made = Prefix.of(part);
                prefix = made;
            }
            return made;
        }

        Literals literals() {
            Literals made = literals;
            if (made == null) {
                made = Literals.read(part);
                literals = made;
            }
            return made;
        }
    }

    /** What another rule captured, put in before the search. */
    record Insert(String tag) implements Tree {}
}
