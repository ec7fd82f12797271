package org.merpati.filter.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.Finding;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Malformed;

/**
 * A list of hosts or domains that is asked by DNS (RFC 5782), and what its answers weigh; a negative weight speaks
 * for a message. The text form is {@code client|sender|link ZONE RANGE=WEIGHT ...}, such as {@code client bl.example
 * 127.0.0.2-127.0.0.3=2.5 127.0.0.10=1}.
 */
public record Zone(About about, Domain name, List<Weight> weights) {
    private static final Pattern WEIGHT =
            Pattern.compile("([0-9.]{7,15})(?:-([0-9.]{7,15}))?=(-?\\d{1,3}(?:\\.\\d{1,3})?)");
    private static final int WEIGHTS = 50;

    /** What the list is about. */
    public enum About {
        /** The host that hands the message in. */
        CLIENT,
        /** The domains of the envelope's sender and of From. */
        SENDER,
        /** The domains of links. */
        LINK
    }

    /** What answers from one address to another weigh, both included. */
    public record Weight(int first, int last, double score) {
        boolean holds(int answer) {
            return Integer.compareUnsigned(first, answer) <= 0 && Integer.compareUnsigned(answer, last) <= 0;
        }
    }

    public Zone {
        weights = List.copyOf(weights);
    }

    /**
     * Reads the text form.
     *
     * @throws Malformed if it is none
     */
    public static Zone parse(String text) {
        String[] words = text.strip().split("\\s+");
        if (words.length < 3 || words.length > WEIGHTS) {
            throw new Malformed("a zone is 'client|sender|link ZONE RANGE=WEIGHT ...', such as 'client bl.example"
                    + " 127.0.0.2-127.0.0.11=3', not '" + text + "'");
        }
        About about = switch (words[0]) {
            case "client" -> About.CLIENT;
            case "sender" -> About.SENDER;
            case "link" -> About.LINK;
            default -> throw new Malformed("a zone is about client, sender or link, not '" + words[0] + "'");
        };
        List<Weight> weights = new ArrayList<>();
        for (int i = 2; i < words.length; i++) {
            weights.add(weight(words[i]));
        }
        return new Zone(about, Domain.parse(words[1]), weights);
    }

    private static Weight weight(String word) {
        Matcher matcher = WEIGHT.matcher(word);
        if (!matcher.matches()) {
            throw new Malformed("a weight is an address or two of 127.0.0.0/8, '=' and a score, not '" + word + "'");
        }
        int first = number(matcher.group(1), word);
        int last = matcher.group(2) == null ? first : number(matcher.group(2), word);
        if (Integer.compareUnsigned(first, last) > 0) {
            throw new Malformed("the range of '" + word + "' ends before it begins");
        }
        return new Weight(first, last, Double.parseDouble(matcher.group(3)));
    }

    private static int number(String address, String word) {
        try {
            InetAddress read = InetAddress.ofLiteral(address);
            if (read instanceof Inet4Address && read.isLoopbackAddress()) {
                return ByteBuffer.wrap(read.getAddress()).getInt();
            }
        } catch (IllegalArgumentException notAnAddress) {
            // Said below.
        }
        throw new Malformed("lists answer with addresses of 127.0.0.0/8, not with '" + word + "'");
    }

    /** What to ask about a host: its octets or nibbles in reverse (RFC 5782 §2.1, §2.4). */
    String question(InetAddress host) {
        return reversed(host) + "." + name.value();
    }

    static String reversed(InetAddress host) {
        StringBuilder text = new StringBuilder();
        byte[] octets = host.getAddress();
        for (int i = octets.length - 1; i >= 0; i--) {
            if (octets.length == 4) {
                text.append(octets[i] & 0xff).append('.');
            } else {
                text.append(Character.forDigit(octets[i] & 0xf, 16)).append('.');
                text.append(Character.forDigit((octets[i] >> 4) & 0xf, 16)).append('.');
            }
        }
        return text.substring(0, text.length() - 1);
    }

    /** What to ask about a domain. */
    String question(String domain) {
        return domain + "." + name.value();
    }

    /** What the answers of this list to one question mean; each weight counts once. */
    List<Finding> findings(String asked, List<String> answers) {
        List<Finding> findings = new ArrayList<>();
        for (Weight weight : weights) {
            answers.stream()
                    .filter(answer -> answer.startsWith("127."))
                    .filter(answer -> weight.holds(
                            ByteBuffer.wrap(InetAddress.ofLiteral(answer).getAddress())
                                    .getInt()))
                    .findFirst()
                    .ifPresent(answer -> findings.add(new Finding(
                            symbol(), weight.score(), asked + " is in " + name + ", which says " + answer)));
        }
        return findings;
    }

    private String symbol() {
        return "DNS_" + name.value().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(about.name().toLowerCase(Locale.ROOT))
                .append(' ')
                .append(name);
        for (Weight weight : weights) {
            text.append(' ').append(address(weight.first()));
            if (weight.last() != weight.first()) {
                text.append('-').append(address(weight.last()));
            }
            text.append('=').append(weight.score());
        }
        return text.toString();
    }

    private static String address(int number) {
        return (number >>> 24) + "." + (number >>> 16 & 255) + "." + (number >>> 8 & 255) + "." + (number & 255);
    }
}
