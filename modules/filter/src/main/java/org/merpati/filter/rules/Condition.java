package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.kernel.Malformed;

/** The conditions of rule files ({@code if}, {@code ifplugin}): what this program can do, in SpamAssassin's words. */
final class Condition {
    /** The version of SpamAssassin whose rules are read. */
    static final double VERSION = 4.000001;

    /** The plug-ins that are on where no file says which are. */
    static final Set<String> PLUGINS = Set.of(
            "URIDNSBL",
            "SPF",
            "MIMEHeader",
            "ReplaceTags",
            "DKIM",
            "Check",
            "HTTPSMismatch",
            "URIDetail",
            "Bayes",
            "BodyEval",
            "DNSEval",
            "HTMLEval",
            "HeaderEval",
            "MIMEEval",
            "RelayEval",
            "URIEval",
            "WLBLEval",
            "VBounce",
            "ImageInfo",
            "FreeMail",
            "AskDNS",
            "HashBL",
            "DMARC",
            "WelcomeListSubject");

    private static final Set<String> ABILITIES = Set.of(
            "Conf::feature_originating_ip_headers",
            "Conf::feature_dns_local_ports_permit_avoid",
            "Conf::feature_bayes_auto_learn_on_error",
            "Conf::feature_uri_host_listed",
            "Conf::feature_yesno_takes_args",
            "Conf::feature_bug6558_free",
            "Conf::feature_edns",
            "Conf::feature_dns_query_restriction",
            "Conf::feature_registryboundaries",
            "Conf::feature_geodb",
            "Conf::feature_dns_block_rule",
            "Conf::feature_compile_regexp",
            "Conf::feature_meta_rules_matching",
            "Conf::feature_subjprefix",
            "Conf::feature_bayes_stopwords",
            "Conf::feature_get_host",
            "Conf::feature_blocklist_welcomelist",
            "Conf::feature_welcomelist_blocklist",
            "Conf::feature_header_address_parser",
            "Conf::feature_local_tests_only",
            "Conf::feature_header_first_last",
            "Conf::feature_header_match_many",
            "Conf::feature_capture_rules",
            "Conf::perl_min_version_5010000");

    private static final Pattern TOKEN = Pattern.compile(
            "\\s*((?:plugin|can|has)\\s*\\(\\s*[\\w:]+\\s*\\)|local_tests_only|version|perl_version|\\d+(?:\\.\\d+)?"
                    + "|&&|\\|\\||[=!<>]=|[<>()!])");
    private static final Pattern CALL = Pattern.compile("(plugin|can|has)\\s*\\(\\s*([\\w:]+)\\s*\\)");
    private static final String PREFIX = "Mail::SpamAssassin::";

    private final Set<String> plugins;

    /** @param plugins the plug-ins that are on, without their package */
    Condition(Set<String> plugins) {
        this.plugins = Set.copyOf(plugins);
    }

    /** Whether a plug-in is on. */
    boolean plugin(String name) {
        String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
        return plain.startsWith("Plugin::") && plugins.contains(plain.substring(8));
    }

    /**
     * Whether a condition holds.
     *
     * @throws Malformed if it is none
     */
    boolean holds(String text) {
        String comment = text.contains("#") ? text.substring(0, text.indexOf('#')) : text;
        Matcher token = TOKEN.matcher(comment);
        List<String> words = new ArrayList<>();
        int end = 0;
        while (token.find() && token.start() == end) {
            words.add(word(token.group(1)));
            end = token.end();
        }
        if (!comment.substring(end).isBlank() || words.isEmpty()) {
            throw new Malformed("the condition is not understood: " + text);
        }
        return Formula.of(String.join(" ", words)).value(name -> 0) != 0;
    }

    private String word(String token) {
        Matcher call = CALL.matcher(token);
        if (!call.matches()) {
            return switch (token) {
                case "version" -> String.valueOf(VERSION);
                case "perl_version" -> "5.036";
                case "local_tests_only" -> "0";
                default -> token;
            };
        }
        String name = call.group(2);
        boolean yes = call.group(1).equals("plugin") ? plugin(name) : able(name);
        return yes ? "1" : "0";
    }

    private boolean able(String name) {
        String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
        if (plain.startsWith("Plugin::")) {
            int end = plain.indexOf("::", 8);
            return end > 0 && plugins.contains(plain.substring(8, end));
        }
        return ABILITIES.contains(plain);
    }
}
