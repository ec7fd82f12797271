package org.merpati.filter.text;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Gathers the links of a page. */
final class PageLinks {
    private static final int LENGTH_LIMIT = 8192;
    private static final int LINKS_LIMIT = 5000;
    private static final Pattern EDGES = Pattern.compile("^[\\s\\xA0]+|[\\s\\xA0]+$");
    private static final Pattern OPAQUE = Pattern.compile("^(?:data|mailto|file|cid|tel):", Pattern.CASE_INSENSITIVE);
    private static final Pattern ABSOLUTE = Pattern.compile("^(?:https?|ftp):/{0,2}", Pattern.CASE_INSENSITIVE);
    private static final Pattern FILE_NAME =
            Pattern.compile("^([a-z]+:/{0,2}[^/]+/.*?)[^/.]+\\.[^/.]{2,4}$", Pattern.CASE_INSENSITIVE);
    private static final Pattern REFRESH =
            Pattern.compile("^.*\\burl\\s*=\\s*(.*?)(?:\\s*;.*)?$", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Map<String, Link> all = new LinkedHashMap<>();
    private String base = "";
    private String current = "";

    Map<String, Link> all() {
        return all;
    }

    void start(String tag, Map<String, String> attributes) {
        switch (tag) {
            case "body", "table", "tr", "td" -> put(tag, attributes.get("background"));
            case "a", "area", "link" -> {
                put(tag, stray(attributes, "href"));
                put(tag, attributes.get("data-saferedirecturl"));
            }
            case "img", "frame", "iframe", "embed", "script", "bgsound" -> put(tag, stray(attributes, "src"));
            case "form" -> put(tag, attributes.get("action"));
            case "base" -> base(attributes.get("href"));
            case "meta" -> refresh(attributes);
            default -> {}
        }
        if (tag.equals("a")) {
            String href = attributes.get("href");
            current = href == null ? "" : trimmed(href);
            link(current).anchor();
        }
    }

    /** An attribute, also where it clings to another's end. */
    private static @Nullable String stray(Map<String, String> attributes, String name) {
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            if (attribute.getKey().endsWith("/" + name)) {
                return attribute.getValue();
            }
        }
        String value = attributes.get(name);
        return value == null ? null : value.replace("\ufeff", "");
    }

    void anchor(String text) {
        Link link = link(current);
        if (link.anchors().isEmpty()) {
            link.anchor();
        }
        link.anchor(text);
    }

    private Link link(String uri) {
        Link known = all.get(uri);
        if (known != null || all.size() >= LINKS_LIMIT) {
            return known == null ? new Link() : known;
        }
        Link made = new Link();
        all.put(uri, made);
        return made;
    }

    private void put(String tag, @Nullable String written) {
        String uri = written == null ? "" : trimmed(written);
        if (uri.isEmpty()) {
            return;
        }
        String target = OPAQUE.matcher(uri).find() ? uri : RelativeUri.resolve(base, uri);
        if (!target.isEmpty()) {
            link(target).types().add(tag);
        }
    }

    private void base(@Nullable String href) {
        if (href == null || href.isEmpty() || href.equals("0")) {
            return;
        }
        String uri = trimmed(href);
        put("base", uri);
        if (ABSOLUTE.matcher(uri).find()) {
            String folder = FILE_NAME.matcher(uri).replaceAll("$1");
            base = folder.endsWith("/") ? folder : folder + "/";
        }
    }

    private void refresh(Map<String, String> attributes) {
        String kind = attributes.getOrDefault("http-equiv", "").toLowerCase(Locale.ROOT);
        Matcher url = REFRESH.matcher(attributes.getOrDefault("content", ""));
        if (kind.contains("refresh") && url.find()) {
            put("meta", url.group(1));
        }
    }

    private static String trimmed(String uri) {
        String cut = EDGES.matcher(uri).replaceAll("");
        return cut.length() > LENGTH_LIMIT ? cut.substring(0, LENGTH_LIMIT) : cut;
    }
}
