package org.merpati.filter.text;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A field of a message's or part's header. */
public final class Field {
    private static final Pattern FOLD = Pattern.compile("\n[ \t]+");
    private static final Pattern FOLD_SPACE = Pattern.compile("\r?\n\\s+");
    private static final Pattern LITERAL =
            Pattern.compile("received|(?:resent-)?(?:message-id|date)|mime-version|references|in-reply-to|list-.*");

    private final String name;
    private final String raw;
    private @Nullable String value;

    Field(String name, String raw) {
        this.name = name;
        this.raw = raw;
    }

    /** Its name as written. */
    public String name() {
        return name;
    }

    /** What stands behind the colon, with folds and line end. */
    public String raw() {
        return raw;
    }

    /** The raw value unfolded, with its line end. */
    public String unfolded() {
        return FOLD_SPACE.matcher(raw).replaceAll(" ");
    }

    /** The value unfolded and decoded, without white space around it, in UTF-8 octets. */
    public String value() {
        String known = value;
        if (known == null) {
            known = HeaderWords.decode(
                    FOLD.matcher(raw).replaceAll(" ").strip(),
                    !LITERAL.matcher(name.toLowerCase(Locale.ROOT)).matches());
            value = known;
        }
        return known;
    }
}
