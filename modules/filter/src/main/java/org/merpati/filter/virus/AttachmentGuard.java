package org.merpati.filter.virus;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.merpati.filter.Action;
import org.merpati.filter.Finding;
import org.merpati.filter.Guard;
import org.merpati.filter.Objection;
import org.merpati.filter.Suspect;

/** Objects to files of some kinds, by the ends of their names, inside zip archives too. */
public final class AttachmentGuard implements Guard {
    /** Kinds that a computer runs when they are opened. */
    public static final Set<String> DANGEROUS = Set.of(
            "ade", "adp", "bat", "chm", "cmd", "com", "cpl", "exe", "hta", "ins", "isp", "jse", "lnk", "mde", "msc",
            "msi", "msp", "mst", "pif", "ps1", "reg", "scr", "sct", "shb", "sys", "vb", "vbe", "vbs", "vxd", "wsc",
            "wsf", "wsh");

    private final Set<String> kinds;
    private final Action action;

    /**
     * @param kinds ends of names without the dot, in lower case
     */
    public AttachmentGuard(Set<String> kinds, Action action) {
        this.kinds = Set.copyOf(kinds);
        this.action = action;
    }

    @Override
    public Optional<Objection> object(Suspect suspect) {
        List<String> unwanted;
        try {
            unwanted = FileNames.of(suspect).stream()
                    .filter(this::unwanted)
                    .limit(3)
                    .toList();
        } catch (IOException unreadable) {
            return Optional.of(new Objection(
                    Action.DEFER, new Finding("ATTACHMENT_UNREAD", 0, "the message cannot be read on this server")));
        }
        if (unwanted.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Objection(
                action,
                new Finding(
                        "ATTACHMENT",
                        0,
                        "files of this kind are not taken here: " + String.join(", ", unwanted)
                                + "; send them another way, or another kind of file")));
    }

    private boolean unwanted(String name) {
        String bare = name.replaceAll("[.\\s]+$", "").toLowerCase(Locale.ROOT);
        return kinds.contains(bare.substring(bare.lastIndexOf('.') + 1)) && bare.indexOf('.') >= 0;
    }
}
