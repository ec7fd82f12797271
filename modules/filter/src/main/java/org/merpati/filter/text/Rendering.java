package org.merpati.filter.text;

import java.util.Optional;

/**
 * The text of a part as people see it, in Unicode.
 *
 * @param visible without what a page hides
 * @param decoded whether it was decoded from a character set, and not ASCII from the start
 * @param page what is known of a page
 */
public record Rendering(String text, String visible, boolean decoded, Optional<Page> page) {
    static Rendering of(String octets, String charset, boolean html) {
        String text = Latin.decode(octets, charset, false);
        boolean decoded = !Latin.ascii(text);
        if (!html || octets.isEmpty()) {
            return new Rendering(text, text, decoded, Optional.empty());
        }
        Page page = new Page();
        new HtmlReader(HtmlReader.prepared(text), page).read();
        page.finish(octets.length(), text.length());
        return new Rendering(page.text(), page.visible(), decoded, Optional.of(page));
    }
}
