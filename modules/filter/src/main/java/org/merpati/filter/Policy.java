package org.merpati.filter;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.merpati.kernel.Malformed;

/**
 * From which score on what is done. A threshold that is not named is left to a wider scope; one of {@code none} is
 * never reached. The text form is {@code tag=5 junk=5 quarantine=none reject=15}, or the name of a preset.
 *
 * @param thresholds by action, of {@link #LEVELS} alone
 */
public record Policy(Map<Action, Double> thresholds) {
    /** The actions that have a threshold. */
    public static final List<Action> LEVELS = List.of(Action.TAG, Action.JUNK, Action.QUARANTINE, Action.REJECT);

    /** A policy that leaves everything to a wider scope. */
    public static final Policy OPEN = new Policy(Map.of());

    private static final double NEVER = Double.POSITIVE_INFINITY;
    private static final double LIMIT = 1000;
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,4}(\\.\\d{1,3})?");

    /** What holds where nothing is said: spam goes to Junk, what is beyond doubt is refused. */
    public static final Policy DEFAULT = parse("tag=5 junk=5 quarantine=none reject=15");

    /** By name; {@code zimbra} is 33 % and 75 % of 20. */
    public static final Map<String, Policy> PRESETS = Map.of(
            "default",
            DEFAULT,
            "zimbra",
            parse("tag=6.6 junk=6.6 quarantine=none reject=15"),
            "careful",
            parse("tag=5 junk=8 quarantine=none reject=none"));

    public Policy {
        thresholds = Map.copyOf(thresholds);
    }

    /**
     * Reads the text form.
     *
     * @throws Malformed if a word of it is not understood
     */
    public static Policy parse(String text) {
        String preset = text.strip();
        if (preset.matches("[a-z]+")) {
            return Optional.ofNullable(PRESETS.get(preset))
                    .orElseThrow(() -> new Malformed("there is no policy '" + preset + "'; there are "
                            + PRESETS.keySet().stream().sorted().collect(Collectors.joining(", "))));
        }
        Map<Action, Double> thresholds = new EnumMap<>(Action.class);
        for (String word : preset.split("\\s+")) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new Malformed("a policy is words such as junk=5 or reject=none, not '" + word + "'");
            }
            Action action = Action.parse(word.substring(0, equals));
            if (!LEVELS.contains(action)) {
                throw new Malformed("'" + action.text() + "' has no threshold; tag, junk, quarantine, reject have");
            }
            thresholds.put(action, threshold(word.substring(equals + 1)));
        }
        return new Policy(thresholds);
    }

    private static double threshold(String text) {
        if (text.equals("none")) {
            return NEVER;
        }
        double value = NUMBER.matcher(text).matches() ? Double.parseDouble(text) : NEVER;
        if (Math.abs(value) > LIMIT) {
            throw new Malformed("a threshold is a score from -1000 to 1000 or 'none', not '" + text + "'");
        }
        return value;
    }

    /** This policy, with the thresholds that it leaves open taken from a wider one. */
    public Policy within(Policy wider) {
        Map<Action, Double> all = new EnumMap<>(Action.class);
        all.putAll(wider.thresholds);
        all.putAll(thresholds);
        return new Policy(all);
    }

    private double threshold(Action action) {
        return thresholds.getOrDefault(action, NEVER);
    }

    /** The hardest action whose threshold a score reaches. */
    public Action action(double score) {
        Action found = Action.DELIVER;
        for (Action level : LEVELS) {
            if (score >= threshold(level)) {
                found = level;
            }
        }
        return found;
    }

    /** The score from which on a message is shown as spam. */
    public double required() {
        return LEVELS.stream().mapToDouble(this::threshold).min().orElse(NEVER);
    }

    @Override
    public String toString() {
        return LEVELS.stream()
                .filter(thresholds::containsKey)
                .map(level -> level.text() + "=" + number(threshold(level)))
                .collect(Collectors.joining(" "));
    }

    private static String number(double threshold) {
        if (threshold == NEVER) {
            return "none";
        }
        return threshold == Math.rint(threshold)
                ? Long.toString(Math.round(threshold))
                : String.format(Locale.ROOT, "%s", threshold);
    }
}
