package org.merpati.imap;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Where a connection of a {@link Transcript} stands: what it would have to say again if it were lost. */
final class Standing {
    private final List<String> enabled = new ArrayList<>();
    private String login = "";
    private String selected = "";
    private String tag = "";
    private String command = "";
    private boolean modSeq;
    private boolean acted;
    private boolean stays = true;

    /** The client has sent a line: a command, or more of one. */
    void sent(String line) {
        if (tag.isEmpty()) {
            int space = line.indexOf(' ');
            tag = space < 0 ? line : line.substring(0, space);
            command = space < 0 ? "" : line.substring(space + 1);
        } else {
            command += "\n";
        }
    }

    /** The server has answered a line. */
    void heard(String line) {
        boolean ok = line.startsWith(tag + " OK");
        if (tag.isEmpty() || !(ok || line.startsWith(tag + " NO") || line.startsWith(tag + " BAD"))) {
            return;
        }
        String upper = command.toUpperCase(Locale.ROOT);
        modSeq |= upper.contains("MODSEQ") || upper.contains("CONDSTORE") || upper.contains("EDSINCE");
        stays &= !upper.contains("(SAVE") && !upper.contains(" SAVE)");
        String verb = upper.split("[ \n]", 2)[0];
        switch (verb) {
            case "LOGIN", "AUTHENTICATE" -> {
                stays &= !ok || !command.contains("\n");
                login = ok ? command : login;
            }
            case "ENABLE" -> {
                if (ok) {
                    enabled.add(command);
                }
            }
            case "SELECT", "EXAMINE" -> {
                stays &= !ok || !command.contains("\n");
                selected = ok ? command.replaceAll(" \\(.*", "") : line.contains(" NO") ? "" : selected;
            }
            case "CLOSE", "UNSELECT" -> selected = ok ? "" : selected;
            case "RENAME" -> {
                acted = true;
                stays &= !ok || selected.isEmpty();
            }
            case "COMPRESS", "UNAUTHENTICATE", "NOTIFY", "STARTTLS" -> stays &= !ok;
            default -> acted = true;
        }
        tag = "";
        command = "";
    }

    /** Whether all of them can be lost and found again now. */
    static boolean restful(Collection<Standing> all) {
        long acting = all.stream().filter(s -> s.acted).count();
        return acting <= 1
                && all.stream()
                        .allMatch(s -> s.tag.isEmpty() && s.stays && (s.acted || acting == 0 || s.selected.isEmpty()));
    }

    /** What is to be said to be here again. */
    List<String> commands() {
        List<String> commands = new ArrayList<>();
        if (!login.isEmpty()) {
            commands.add(login);
            commands.addAll(enabled);
            if (modSeq) {
                commands.add("ENABLE CONDSTORE");
            }
            if (!selected.isEmpty()) {
                commands.add(selected);
            }
        }
        return commands;
    }
}
