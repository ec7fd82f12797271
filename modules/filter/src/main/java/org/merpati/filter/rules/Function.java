package org.merpati.filter.rules;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.merpati.filter.text.Reading;

/** A test that no expression can say. It never fails and looks at each part of a message a bounded number of times. */
@FunctionalInterface
interface Function {
    /** The functions that rules may ask for, by the names that SpamAssassin gives them. */
    Map<String, Function> KNOWN = known();

    /** Whether it holds. */
    boolean holds(Reading reading, List<String> arguments, Rulebook book);

    private static Map<String, Function> known() {
        Map<String, Function> known = new HashMap<>();
        HeaderFunctions.register(known);
        SenderFunctions.register(known);
        ForgeryFunctions.register(known);
        DateFunctions.register(known);
        RelayFunctions.register(known);
        PageFunctions.register(known);
        PartFunctions.register(known);
        TextFunctions.register(known);
        ImageFunctions.register(known);
        FreemailFunctions.register(known);
        ListFunctions.register(known);
        return Collections.unmodifiableMap(known);
    }
}
