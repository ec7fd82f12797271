package org.merpati.filter.text;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The links that a link may be understood as: decoded, completed, with its disguises taken off. */
final class UriForms {
    private static final int LIMIT = 20;
    private static final int LENGTH_LIMIT = 8192;
    private static final Pattern NO_LINK = Pattern.compile("^(?:[#?&]|/(?!/))");
    private static final Pattern ESCAPE = Pattern.compile("%([0-9a-fA-F]{2})");
    private static final Pattern SCHEME = Pattern.compile("^[-_a-z0-9]+:.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern SLASHES = Pattern.compile("^(https?:)/{0,2}", Pattern.CASE_INSENSITIVE);
    private static final Pattern QUERY = Pattern.compile("^(https?://[^/?#]+)([?#])", Pattern.CASE_INSENSITIVE);
    private static final Pattern NUMBERED = Pattern.compile("&#(?:0*(\\d{2,3})|x0*([0-9a-fA-F]{2}));");
    private static final Pattern DOT =
            Pattern.compile("&#(?:x2e|12290|x3002|65294|xff0e|65377|xff61);", Pattern.CASE_INSENSITIVE);
    private static final Pattern WEB = Pattern.compile(
            "^(https?://)([^@/?#]*@)?([^/?#:]+)((?::(\\d*))?.*)$", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern INNER = Pattern.compile("(https?:/{0,2}[^&#]+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern ADDRESS = Pattern.compile("^(?:(?:0x[0-9a-f]+|\\d+)\\.){3}(?:0x[0-9a-f]+|\\d+)$");
    private static final Pattern MAIL =
            Pattern.compile("^(?:mailto:.*|[^:]*@.*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Conventions conventions;
    private final Set<String> forms = new LinkedHashSet<>();
    private final Set<String> open = new LinkedHashSet<>();

    private UriForms(Conventions conventions) {
        this.conventions = conventions;
    }

    /** All forms, the given one first. */
    static Set<String> of(String written, Conventions conventions) {
        UriForms reader = new UriForms(conventions);
        reader.open.add(written);
        while (!reader.open.isEmpty() && reader.forms.size() < LIMIT) {
            String next = reader.open.iterator().next();
            reader.open.remove(next);
            reader.read(next.length() > LENGTH_LIMIT ? next.substring(0, LENGTH_LIMIT) : next);
        }
        return reader.forms;
    }

    private void read(String written) {
        String uri = written.replace("\n", "").replace("\r", "").strip();
        if (!forms.add(uri) || uri.length() <= 1 || NO_LINK.matcher(uri).find()) {
            return;
        }
        if (MAIL.matcher(uri).matches()) {
            mail(uri);
            return;
        }
        String form = uri.replace('\\', '/');
        form = SLASHES.matcher(form).replaceFirst("$1//");
        form = decoded(form);
        if (!SCHEME.matcher(form).matches()) {
            form = (form.startsWith("ftp.") ? "ftp://" : "http://") + form;
        }
        form = QUERY.matcher(form).replaceFirst("$1/$2");
        form = DOT.matcher(numbered(form)).replaceAll(".");
        forms.add(form);
        Matcher web = WEB.matcher(form);
        if (web.matches()) {
            web(web.group(1), web.group(2), web.group(3), web.group(4), web.group(5));
        }
    }

    private void mail(String uri) {
        int at = uri.indexOf('@');
        for (char end : new char[] {'?', '&'}) {
            int stop = at < 0 ? -1 : uri.indexOf(end, at);
            if (stop > 0) {
                forms.add(uri.substring(0, stop));
            }
        }
    }

    /** With escapes taken off that need not be there. */
    private static String decoded(String uri) {
        if (uri.indexOf('%') < 0) {
            return uri;
        }
        StringBuilder plain = new StringBuilder();
        Matcher escape = ESCAPE.matcher(uri);
        int from = 0;
        while (escape.find()) {
            encode(uri, from, escape.start(), plain);
            int code = Integer.parseInt(escape.group(1), 16);
            if (code > 0x20 && code < 0x7f) {
                plain.append((char) code);
            } else {
                plain.append(escape.group());
            }
            from = escape.end();
        }
        encode(uri, from, uri.length(), plain);
        return plain.toString();
    }

    private static void encode(String uri, int from, int to, StringBuilder plain) {
        for (int i = from; i < to; i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c >= 127 || c == '"' || c == '%' || c == '<' || c == '>') {
                plain.append(String.format(Locale.ROOT, "%%%02x", (int) c));
            } else {
                plain.append(c);
            }
        }
    }

    private static String numbered(String uri) {
        return NUMBERED.matcher(uri).replaceAll(number -> {
            int code =
                    number.group(1) != null ? Integer.parseInt(number.group(1)) : Integer.parseInt(number.group(2), 16);
            return Matcher.quoteReplacement(code > 32 && code < 127 ? String.valueOf((char) code) : number.group());
        });
    }

    private void web(
            String scheme,
            @org.jspecify.annotations.Nullable String user,
            String written,
            String rest,
            @org.jspecify.annotations.Nullable String port) {
        String host = written;
        boolean plain = scheme.equalsIgnoreCase("http://");
        String standard = plain ? ":80" : ":443";
        boolean whole = rest.length() == standard.length()
                || (rest.length() > standard.length() && !Character.isLetterOrDigit(rest.charAt(standard.length())));
        if (rest.startsWith(standard) && whole) {
            forms.add(scheme + host + rest.substring(standard.length()));
        }
        String ascii = Registries.ascii(host);
        if (!ascii.equals(host.toLowerCase(Locale.ROOT))) {
            forms.add(scheme + ascii + rest);
            host = ascii;
        }
        redirected(scheme + host + rest, rest);
        if (user != null) {
            forms.add(scheme + host + rest);
        }
        String clean = host.replaceAll("[^0-9A-Za-z]+$", "");
        if (!clean.equals(host)) {
            forms.add(scheme + clean + rest);
            host = clean;
        }
        String lower = host.toLowerCase(Locale.ROOT);
        if (ADDRESS.matcher(lower).matches()) {
            forms.add(scheme + dotted(lower) + rest);
        } else if (lower.matches("0x[0-9a-f]{1,8}|[0-9]{1,10}")) {
            long number = lower.startsWith("0x") ? Long.parseLong(lower.substring(2), 16) : Long.parseLong(lower);
            forms.add(scheme + ((number >> 24) & 255) + "." + ((number >> 16) & 255) + "." + ((number >> 8) & 255) + "."
                    + (number & 255) + rest);
        } else if (plain && user == null && (port == null || port.isEmpty()) && !lower.equals("localhost")) {
            String name = lower.startsWith("www.") ? lower.substring(4) : lower;
            if (name.indexOf('.') < 0
                    && !name.isEmpty()
                    && !conventions.registries().valid(lower)) {
                forms.add(scheme + "www." + name + ".com" + rest);
            }
        }
    }

    private void redirected(String uri, String rest) {
        for (Pattern redirector : conventions.redirectors()) {
            Matcher target = redirector.matcher(uri);
            if (target.find()
                    && target.groupCount() > 0
                    && target.group(1) != null
                    && target.group(1).contains(".")) {
                open.add(target.group(1));
                return;
            }
        }
        Matcher inner = INNER.matcher(rest);
        if (inner.find() && inner.group(1).contains(".")) {
            open.add(inner.group(1));
        }
    }

    private static String dotted(String host) {
        StringBuilder address = new StringBuilder();
        for (String part : host.split("\\.")) {
            String digits = part.length() > 11 ? "0" : part;
            boolean octal = digits.matches("0[0-7]+");
            long value = digits.startsWith("0x")
                    ? Long.parseLong("0" + digits.substring(2), 16)
                    : Long.parseLong(digits, octal ? 8 : 10);
            address.append(address.isEmpty() ? "" : ".").append(value);
        }
        return address.toString();
    }
}
