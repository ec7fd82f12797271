package org.merpati.filter.rules;

import java.util.List;
import java.util.Optional;
import org.merpati.filter.regex.Regex;
import org.merpati.filter.text.HeaderRequest;

/** What a rule looks for. */
sealed interface Test {
    /** Whether a part of the header is there. */
    record Exists(HeaderRequest request, boolean negated) implements Test {}

    /** An expression on a part of the header. */
    record Header(HeaderRequest request, Regex regex, boolean negated, Optional<String> unset) implements Test {}

    /** What an expression looks at. */
    enum Area {
        BODY,
        RAWBODY,
        URI,
        FULL
    }

    /** An expression on the message. */
    record Text(Area area, Regex regex) implements Test {}

    /** An expression on a field of each part's header. */
    record PartHeader(HeaderRequest request, Regex regex, boolean negated, Optional<String> unset) implements Test {}

    /** A function of the program. */
    record Function(String name, List<String> arguments) implements Test {
        public Function {
            arguments = List.copyOf(arguments);
        }
    }

    /** A combination of other rules. */
    record Combination(Formula formula) implements Test {}

    /** What another check answers. */
    record Outside() implements Test {}
}
