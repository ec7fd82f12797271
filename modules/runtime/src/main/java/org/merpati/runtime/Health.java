package org.merpati.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What a node's parts say of themselves. Values only; {@code wire} and {@code console} show them. */
public final class Health {
    /**
     * A part's state.
     *
     * @param ready whether it can serve
     * @param sentence what it says of itself
     */
    public record State(boolean ready, String sentence) {}

    private final Map<String, Supplier<State>> parts = new ConcurrentHashMap<>();

    /** Adds a part. */
    public void add(String part, Supplier<State> state) {
        parts.put(part, state);
    }

    /** Takes a part away. */
    public void remove(String part) {
        parts.remove(part);
    }

    /** Every part's state now, by name. */
    public Map<String, State> states() {
        Map<String, State> states = new LinkedHashMap<>();
        parts.keySet().stream().sorted().forEach(name -> {
            Supplier<State> part = parts.get(name);
            if (part != null) {
                states.put(name, part.get());
            }
        });
        return states;
    }

    /** Whether every part is ready. */
    public boolean ready() {
        return states().values().stream().allMatch(State::ready);
    }
}
