package org.merpati.filter.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Addresses of a header field (RFC 5322 §3.4), out of whatever people and programs write there. */
final class HeaderAddresses {
    /** A name, an address, or both; octets as characters. */
    record Mailbox(Optional<String> name, Optional<String> address) {}

    private static final int LIMIT = 500;

    private final String text;
    private final List<Mailbox> found = new ArrayList<>();
    private final StringBuilder words = new StringBuilder();
    private Optional<String> comment = Optional.empty();
    private Optional<String> angle = Optional.empty();
    private boolean bracket;
    private int at;

    private HeaderAddresses(String text) {
        this.text = text;
    }

    static List<Mailbox> of(String value) {
        HeaderAddresses reader = new HeaderAddresses(value.strip());
        reader.read();
        return reader.found;
    }

    private void read() {
        while (at < text.length() && found.size() < LIMIT) {
            char c = text.charAt(at);
            switch (c) {
                case '"' -> quoted();
                case '(' -> comment();
                case '<' -> angle();
                case ',', ';' -> {
                    end();
                    at++;
                }
                case ':' -> {
                    boolean group = words.indexOf("@") < 0 && !bracket && groupAhead();
                    if (group) {
                        words.setLength(0);
                    } else {
                        words.append(c);
                    }
                    at++;
                }
                default -> {
                    words.append(c);
                    at++;
                }
            }
        }
        end();
    }

    private boolean groupAhead() {
        return text.indexOf(';', at) >= 0;
    }

    private void quoted() {
        int end = at + 1;
        StringBuilder content = new StringBuilder();
        while (end < text.length() && text.charAt(end) != '"') {
            if (text.charAt(end) == '\\' && end + 1 < text.length()) {
                end++;
            }
            content.append(text.charAt(end++));
        }
        if (end >= text.length()) {
            words.append(text.charAt(at++));
            return;
        }
        boolean local = end + 1 < text.length() && text.charAt(end + 1) == '@';
        words.append(local ? text.substring(at, end + 1) : content);
        at = end + 1;
    }

    private void comment() {
        int depth = 0;
        int end = at;
        while (end < text.length()) {
            char c = text.charAt(end);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            end += c == '\\' ? 2 : 1;
            if (depth == 0) {
                break;
            }
        }
        if (depth != 0) {
            words.append(text.charAt(at++));
            return;
        }
        comment = Optional.of(text.substring(at + 1, Math.min(end, text.length()) - 1));
        at = end;
    }

    private void angle() {
        int end = text.indexOf('>', at);
        if (end < 0) {
            words.append(text.charAt(at++));
            return;
        }
        if (!bracket) {
            String inner = text.substring(at + 1, end).strip();
            angle = inner.isEmpty() ? Optional.empty() : Optional.of(inner);
            bracket = true;
        }
        at = end + 1;
    }

    private void end() {
        String written = words.toString();
        String phrase = written.strip();
        if (bracket) {
            Optional<String> address = angle.filter(HeaderAddresses::address).map(HeaderAddresses::cut);
            Optional<String> name = Optional.of(phrase)
                    .filter(p -> !p.isEmpty() && !(address.isPresent() && written.equals(address.get())))
                    .or(() -> Optional.of(" ").filter(space -> written.length() > 1))
                    .or(() -> comment);
            if (address.isEmpty() && name.isPresent() && address(name.get())) {
                found.add(new Mailbox(Optional.empty(), name));
            } else {
                found.add(new Mailbox(name, address));
            }
        } else if (address(phrase)) {
            found.add(new Mailbox(comment, Optional.of(cut(phrase))));
        } else if (!phrase.isEmpty()) {
            found.add(new Mailbox(Optional.of(phrase), Optional.empty()));
        }
        words.setLength(0);
        comment = Optional.empty();
        angle = Optional.empty();
        bracket = false;
    }

    /** Without what stands behind a second {@code @}. */
    private static String cut(String address) {
        int at = address.indexOf('@');
        int second = at < 0 ? -1 : address.indexOf('@', at + 1);
        return second < 0 ? address : address.substring(0, second);
    }

    private static boolean address(String text) {
        int at = text.lastIndexOf('@');
        if (at <= 0 || at == text.length() - 1 || text.startsWith("\"\"@")) {
            return false;
        }
        String local = text.substring(0, at);
        boolean quoted = local.startsWith("\"") && local.endsWith("\"") && local.length() > 1;
        return (quoted || plain(local, " \t\r\n<>()[],:;\"")) && plain(text.substring(at + 1), " \t\r\n<>(),;\"");
    }

    private static boolean plain(String text, String forbidden) {
        for (int i = 0; i < text.length(); i++) {
            if (forbidden.indexOf(text.charAt(i)) >= 0) {
                return false;
            }
        }
        return true;
    }
}
