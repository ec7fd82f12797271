package org.merpati.mime;

import java.util.ArrayList;
import java.util.List;

/** Reads {@code token; name=value; ...} of Content-Type and Content-Disposition (RFC 2045 §5.1), leniently. */
final class ParameterReader {
    private static final int LIMIT = 200;

    private final String text;
    private int at;

    ParameterReader(String text) {
        this.text = text;
    }

    /** What stands before the first semicolon, without comments and white space. */
    String leading() {
        StringBuilder leading = new StringBuilder();
        while (at < text.length() && text.charAt(at) != ';') {
            char c = text.charAt(at);
            if (c == '(') {
                comment();
            } else {
                if (c > ' ') {
                    leading.append(c);
                }
                at++;
            }
        }
        return leading.toString();
    }

    /** The parameters that follow; what is not one is passed over. */
    List<Part.Parameter> parameters() {
        List<Part.Parameter> parameters = new ArrayList<>();
        while (at < text.length() && parameters.size() < LIMIT) {
            String name = name();
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                String value = value();
                if (!name.isEmpty()) {
                    parameters.add(new Part.Parameter(name, value));
                }
            }
        }
        return parameters;
    }

    private String name() {
        StringBuilder name = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '=') {
            char c = text.charAt(at);
            if (c == '(') {
                comment();
                continue;
            }
            if (c == ';') {
                name.setLength(0);
            } else if (c > ' ') {
                name.append(c);
            }
            at++;
        }
        return name.toString();
    }

    private String value() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '"') {
            return quoted();
        }
        int from = at;
        int end = -1;
        while (at < text.length() && text.charAt(at) != ';') {
            if (text.charAt(at) == '(' && at > from && text.charAt(at - 1) == ' ') {
                end = at;
                comment();
                continue;
            }
            at++;
        }
        return text.substring(from, end < 0 ? at : end).strip();
    }

    private String quoted() {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return value.toString();
            }
            if (c == '\\' && at < text.length()) {
                c = text.charAt(at++);
            }
            value.append(c);
        }
        return value.toString();
    }

    private void comment() {
        int depth = 0;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return;
            } else if (c == '\\' && at < text.length()) {
                at++;
            }
        }
    }
}
