package org.merpati.mime;

import java.util.List;
import java.util.Optional;

/** A parameter's value as it is meant: whole, or in pieces, or with its octets escaped (RFC 2231). */
public final class ParameterValue {
    private static final int PIECES_LIMIT = 100;

    private ParameterValue() {}

    /** The value of a name, in any case, as octets in ISO-8859-1 characters; escaped octets are unescaped. */
    public static Optional<String> of(List<Part.Parameter> parameters, String name) {
        Optional<String> plain = find(parameters, name);
        if (plain.isPresent()) {
            return plain;
        }
        Optional<String> escaped = find(parameters, name + "*");
        if (escaped.isPresent()) {
            return escaped.map(v -> unescape(behindLanguage(v)));
        }
        return pieces(parameters, name);
    }

    private static Optional<String> pieces(List<Part.Parameter> parameters, String name) {
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < PIECES_LIMIT; i++) {
            Optional<String> piece = find(parameters, name + "*" + i);
            Optional<String> escaped = find(parameters, name + "*" + i + "*");
            if (piece.isEmpty() && escaped.isEmpty()) {
                return i == 0 ? Optional.empty() : Optional.of(value.toString());
            }
            int number = i;
            value.append(piece.orElseGet(() -> unescape(number == 0 ? behindLanguage(escaped.get()) : escaped.get())));
        }
        return Optional.of(value.toString());
    }

    private static Optional<String> find(List<Part.Parameter> parameters, String name) {
        for (Part.Parameter parameter : parameters) {
            if (parameter.name().equalsIgnoreCase(name)) {
                return Optional.of(parameter.value());
            }
        }
        return Optional.empty();
    }

    private static String behindLanguage(String value) {
        int first = value.indexOf('\'');
        int second = first < 0 ? -1 : value.indexOf('\'', first + 1);
        return second < 0 ? value : value.substring(second + 1);
    }

    private static String unescape(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        StringBuilder plain = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            int high = c == '%' && i + 2 < value.length() ? Character.digit(value.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(value.charAt(i + 2), 16);
            if (low < 0) {
                plain.append(c);
            } else {
                plain.append((char) (high << 4 | low));
                i += 2;
            }
        }
        return plain.toString();
    }
}
