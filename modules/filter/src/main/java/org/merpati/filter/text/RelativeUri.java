package org.merpati.filter.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Resolves the links of a page as programs that show mail do (RFC 3986 §5.2, and what they guess beyond it). */
final class RelativeUri {
    private static final Pattern FORM =
            Pattern.compile("^(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\\?([^#]*))?(?:#(.*))?", Pattern.DOTALL);
    private static final Pattern WEB = Pattern.compile("^www\\d*\\..*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern FTP = Pattern.compile("^ftp\\d*\\..*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private record Parts(
            @Nullable String scheme,
            @Nullable String authority,
            String path,
            @Nullable String query,
            @Nullable String fragment) {
        static Parts of(String uri) {
            Matcher parts = FORM.matcher(uri);
            boolean found = parts.find();
            return new Parts(
                    found ? parts.group(1) : null,
                    found ? parts.group(2) : null,
                    found ? parts.group(3) : uri,
                    found ? parts.group(4) : null,
                    found ? parts.group(5) : null);
        }
    }

    private RelativeUri() {}

    static String resolve(String base, String uri) {
        Parts r = Parts.of(uri);
        Parts b = Parts.of(base);
        String scheme = r.scheme;
        if (scheme != null && scheme.equals(b.scheme)) {
            scheme = null;
        }
        Parts target;
        if (scheme != null) {
            target = new Parts(scheme, r.authority, dots(r.path), r.query, r.fragment);
        } else if (r.authority != null) {
            target = new Parts(b.scheme, r.authority, dots(r.path), r.query, r.fragment);
        } else if (r.path.isEmpty()) {
            target = new Parts(b.scheme, b.authority, b.path, r.query == null ? b.query : r.query, r.fragment);
        } else {
            String path = r.path.startsWith("/") ? r.path : merged(b, r.path);
            target = new Parts(b.scheme, b.authority, dots(path), r.query, r.fragment);
        }
        return text(target);
    }

    private static String merged(Parts base, String path) {
        if (base.authority != null && base.path.isEmpty()) {
            return "/" + path;
        }
        int slash = base.path.lastIndexOf('/');
        return base.path.substring(0, slash + 1) + path;
    }

    private static String dots(String path) {
        if (!path.contains("./") && !path.endsWith("/.") && !path.endsWith("/..")) {
            return path;
        }
        String in = path.startsWith("../") ? path.substring(2) : path.startsWith("./") ? path.substring(1) : path;
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < in.length()) {
            int next = in.indexOf('/', at + 1);
            String segment = in.substring(at, next < 0 ? in.length() : next);
            boolean end = next < 0;
            if (segment.equals("/..")) {
                int slash = out.lastIndexOf("/");
                out.setLength(Math.max(slash, 0));
                out.append(end ? "/" : "");
            } else if (segment.equals("/.")) {
                out.append(end ? "/" : "");
            } else {
                out.append(segment);
            }
            at = end ? in.length() : next;
        }
        return out.toString();
    }

    private static String text(Parts target) {
        StringBuilder uri = new StringBuilder();
        String authority = target.authority;
        if (target.scheme != null && !target.scheme.isEmpty()) {
            uri.append(target.scheme).append(':');
        } else if (authority != null && WEB.matcher(authority).matches()) {
            uri.append("http:");
        } else if (authority != null && FTP.matcher(authority).matches()) {
            uri.append("ftp:");
        }
        if (authority != null) {
            uri.append("//").append(authority);
        }
        uri.append(target.path);
        if (target.query != null) {
            uri.append('?').append(target.query);
        }
        if (target.fragment != null) {
            uri.append('#').append(target.fragment);
        }
        return uri.toString();
    }
}
