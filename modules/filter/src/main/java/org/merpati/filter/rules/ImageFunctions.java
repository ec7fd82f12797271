package org.merpati.filter.rules;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.merpati.filter.text.Entity;
import org.merpati.filter.text.Reading;

/** Functions on pictures that a message carries. */
final class ImageFunctions {
    private static final Set<String> TYPES = Set.of("image/gif", "image/png", "image/jpg", "image/jpeg");

    private ImageFunctions() {}

    static void register(Map<String, Function> to) {
        to.put("image_count", (r, a, b) -> within(images(r).counts.getOrDefault(a.get(0), 0.0), a, false));
        to.put("pixel_coverage", (r, a, b) -> within(images(r).pixels.getOrDefault(a.get(0), 0.0), a, false));
        to.put("image_to_text_ratio", (r, a, b) -> {
            double pixels = images(r).pixels.getOrDefault(a.get(0), 0.0);
            int text = r.paragraphs().stream().mapToInt(String::length).sum();
            return text > 0 && pixels > 0 && within(text / pixels, a, true);
        });
        to.put("image_size_range", (r, a, b) -> false);
        to.put("image_named", (r, a, b) -> false);
    }

    private static boolean within(double value, List<String> arguments, boolean below) {
        boolean open = arguments.size() < 3;
        double most = HeaderFunctions.number(arguments, 2);
        return value >= HeaderFunctions.number(arguments, 1) && (open || (below ? value < most : value <= most));
    }

    private static Images images(Reading reading) {
        return reading.note(Images.class, Images::of);
    }

    /** How many pictures of a kind there are, and how large they are together. */
    private record Images(Map<String, Double> counts, Map<String, Double> pixels) {
        static Images of(Reading reading) {
            Images images = new Images(new HashMap<>(), new HashMap<>());
            for (Entity part : reading.message().find(p -> p.leaf() && TYPES.contains(p.type()))) {
                if (part.header("content-transfer-encoding").equalsIgnoreCase("base64")) {
                    String kind =
                            part.type().endsWith("jpg") ? "jpeg" : part.type().substring(6);
                    double area = area(kind, part.decoded());
                    for (String name : List.of(kind, "all")) {
                        images.counts.merge(name, 1.0, Double::sum);
                        images.pixels.merge(name, area, Double::sum);
                    }
                }
            }
            return images;
        }

        private static double area(String kind, String data) {
            return switch (kind) {
                case "gif" -> data.length() > 10 && data.startsWith("GIF8") ? little(data, 6) * little(data, 8) : 0;
                case "png" ->
                    data.length() > 24 && data.startsWith("\u0089PNG\r\n\u001a\n")
                            ? big(data, 16, 4) * big(data, 20, 4)
                            : 0;
                default -> data.startsWith("\u00ff\u00d8") ? jpeg(data) : 0;
            };
        }

        private static double jpeg(String data) {
            int at = 2;
            while (at + 9 < data.length() && data.charAt(at) == 0xff) {
                int mark = data.charAt(at + 1);
                int length = (int) big(data, at + 2, 2);
                boolean frame = mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc;
                if (frame) {
                    return big(data, at + 5, 2) * big(data, at + 7, 2);
                }
                if (mark == 0xda || mark == 0xd9 || length < 2) {
                    return 0;
                }
                at += 2 + length;
            }
            return 0;
        }

        private static double little(String data, int at) {
            return data.charAt(at) + 256.0 * data.charAt(at + 1);
        }

        private static double big(String data, int at, int octets) {
            double value = 0;
            for (int i = 0; i < octets; i++) {
                value = value * 256 + data.charAt(at + i);
            }
            return value;
        }
    }
}
