package org.merpati.filter.text;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Colours of pages as six hex digits behind a {@code #}. */
final class Colors {
    /** What is no colour. */
    static final String INVALID = "invalid";

    /** The names of CSS with their values in hex. */
    private static final String NAMES =
            "aqua 00ffff black 000000 blue 0000ff fuchsia ff00ff gray 808080 green 008000 lime 00ff00 "
                    + "maroon 800000 navy 000080 olive 808000 purple 800080 red ff0000 silver c0c0c0 teal 008080 "
                    + "white ffffff yellow ffff00 aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff "
                    + "aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black 000000 "
                    + "blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 "
                    + "cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed "
                    + "cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b "
                    + "darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b "
                    + "darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc "
                    + "darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b "
                    + "darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 "
                    + "deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff "
                    + "firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc "
                    + "ghostwhite f8f8ff gold ffd700 goldenrod daa520 gray 808080 green 008000 greenyellow adff2f "
                    + "grey 808080 honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 "
                    + "khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd "
                    + "lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2 "
                    + "lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a "
                    + "lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899 "
                    + "lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 "
                    + "magenta ff00ff maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 "
                    + "mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a "
                    + "mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970 mintcream f5fffa "
                    + "mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 "
                    + "olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 "
                    + "palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093 "
                    + "papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 "
                    + "purple 800080 red ff0000 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 "
                    + "salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d "
                    + "silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 "
                    + "snow fffafa springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 "
                    + "tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5 "
                    + "yellow ffff00 yellowgreen 9acd32";

    private static final Map<String, String> NAMED = named();
    private static final Pattern HEX = Pattern.compile("^[#a-f0-9]*$");
    private static final Pattern RGB = Pattern.compile("rgb\\((\\d+)(%?),\\s*(\\d+)%?,\\s*(\\d+)%?\\s*\\)");
    private static final Pattern NOT_HEX = Pattern.compile("[^a-f0-9]");

    private Colors() {}

    private static Map<String, String> named() {
        Map<String, String> named = new HashMap<>();
        String[] words = NAMES.split(" ");
        for (int i = 0; i < words.length; i += 2) {
            named.put(words[i], "#" + words[i + 1]);
        }
        return named;
    }

    /** The colour that a page's text means, or {@link #INVALID}. */
    static String of(String text) {
        String color = text.toLowerCase(Locale.ROOT).strip();
        String name = NAMED.get(color);
        if (name != null) {
            return name;
        }
        Matcher rgb = RGB.matcher(color);
        if (rgb.find()) {
            boolean percent = rgb.group(2).equals("%");
            color = "#" + part(rgb.group(1), percent) + part(rgb.group(3), percent) + part(rgb.group(4), percent);
        }
        if (!HEX.matcher(color).find() || !color.startsWith("#")) {
            return INVALID;
        }
        String hex = NOT_HEX.matcher(color).replaceAll("");
        hex = hex.length() > 6 ? hex.substring(0, 6) : hex;
        hex = hex.length() > 3 && hex.length() < 6 ? hex.substring(0, 3) : hex;
        hex += "0".repeat((3 - hex.length() % 3) % 3);
        if (hex.length() == 3) {
            hex = "" + hex.charAt(0) + hex.charAt(0) + hex.charAt(1) + hex.charAt(1) + hex.charAt(2) + hex.charAt(2);
        }
        return "#" + hex;
    }

    private static String part(String digits, boolean percent) {
        int value = digits.length() > 6 ? Integer.MAX_VALUE / 255 : Integer.parseInt(digits);
        return String.format(Locale.ROOT, "%02x", percent ? value * 255 / 100 : value);
    }

    /** How far two colours are apart, weighed by how bright each part looks; infinity if one is no colour. */
    static double distance(String one, String other) {
        if (!one.startsWith("#") || !other.startsWith("#")) {
            return Double.POSITIVE_INFINITY;
        }
        double red = 0.2126 * (channel(one, 1) - channel(other, 1));
        double green = 0.7152 * (channel(one, 3) - channel(other, 3));
        double blue = 0.0722 * (channel(one, 5) - channel(other, 5));
        return Math.sqrt(red * red + green * green + blue * blue);
    }

    /** A part of a colour, which has none of it if it is nothing but a {@code #}. */
    private static int channel(String color, int from) {
        return color.length() < from + 2 ? 0 : Integer.parseInt(color, from, from + 2, 16);
    }
}
