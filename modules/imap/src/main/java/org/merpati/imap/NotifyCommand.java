package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.fetch.FetchItem;
import org.merpati.imap.people.Names;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Malformed;
import org.merpati.store.Mailbox;

/**
 * NOTIFY (RFC 5465 §3.1): which changes the client is told without asking.
 *
 * @param status whether the state of what is watched is told first
 * @param groups the first that means a mailbox holds for it; none at all for NOTIFY NONE
 * @param unknown an event that is not told here
 */
record NotifyCommand(boolean status, List<Group> groups, Optional<String> unknown) implements Command.AfterLogin {
    private static final int GROUPS_LIMIT = 50;
    private static final int NAMES_LIMIT = 500;

    /** What can be told (RFC 5465 §5). */
    enum Event {
        MESSAGE_NEW("MessageNew"),
        MESSAGE_EXPUNGE("MessageExpunge"),
        FLAG_CHANGE("FlagChange"),
        MAILBOX_NAME("MailboxName"),
        SUBSCRIPTION_CHANGE("SubscriptionChange"),
        MAILBOX_METADATA_CHANGE("MailboxMetadataChange"),
        SERVER_METADATA_CHANGE("ServerMetadataChange");

        private static final Set<Event> OF_MESSAGES = EnumSet.of(MESSAGE_NEW, MESSAGE_EXPUNGE, FLAG_CHANGE);

        private final String text;

        Event(String text) {
            this.text = text;
        }

        private static Optional<Event> of(String word) {
            for (Event event : values()) {
                if (event.text.toUpperCase(Locale.ROOT).equals(word)) {
                    return Optional.of(event);
                }
            }
            return Optional.empty();
        }

        private static String all() {
            StringBuilder all = new StringBuilder();
            for (Event event : values()) {
                all.append(all.isEmpty() ? "" : " ").append(event.text);
            }
            return all.toString();
        }
    }

    /** Which mailboxes are meant (RFC 5465 §6). */
    enum Filter {
        SELECTED,
        SELECTED_DELAYED,
        INBOXES,
        PERSONAL,
        SUBSCRIBED,
        SUBTREE,
        MAILBOXES;

        boolean selected() {
            return this == SELECTED || this == SELECTED_DELAYED;
        }
    }

    /**
     * Mailboxes and what is told of them.
     *
     * @param names of {@link Filter#SUBTREE} and {@link Filter#MAILBOXES}
     * @param items what is told of new messages of the selected mailbox
     */
    record Group(Filter filter, List<String> names, Set<Event> events, List<FetchItem> items) {
        Group {
            names = List.copyOf(names);
            events = Set.copyOf(events);
            items = List.copyOf(items);
        }

        /** Whether a mailbox is meant, by its name and what else there is of it. */
        boolean means(String name, @Nullable Mailbox mailbox, Set<String> subscribed) {
            return switch (filter) {
                case SELECTED, SELECTED_DELAYED -> false;
                case PERSONAL -> !Names.others(name);
                // Where mail is delivered to (RFC 5465 §6.3): the inbox, and what the filter files as junk.
                case INBOXES ->
                    name.equals("INBOX")
                            || (mailbox != null
                                    && !Names.others(name)
                                    && mailbox.specialUse().equals(Optional.of("\\Junk")));
                case SUBSCRIBED -> subscribed.contains(name);
                case SUBTREE -> names.stream().anyMatch(top -> name.equals(top) || name.startsWith(top + "/"));
                case MAILBOXES -> names.contains(name);
            };
        }

        /** Whether it may mean mailboxes of others. */
        private boolean others() {
            return filter == Filter.SUBSCRIBED || names.stream().anyMatch(Names::others);
        }
    }

    /** What of one group was read. */
    private static final class Draft {
        private final Set<Event> events = EnumSet.noneOf(Event.class);
        private final List<FetchItem> items = new ArrayList<>();
        private final List<String> unknown;

        Draft(List<String> unknown) {
            this.unknown = unknown;
        }
    }

    static NotifyCommand parse(Parser parser) {
        parser.space();
        if (parser.takeWord("NONE")) {
            return new NotifyCommand(false, List.of(), Optional.empty());
        }
        if (!parser.takeWord("SET")) {
            throw new Malformed("NOTIFY is followed by NONE, or by SET and what is to be told");
        }
        parser.space();
        boolean status = parser.takeWord("STATUS");
        if (status) {
            parser.space();
        }
        List<Group> groups = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        do {
            if (groups.size() == GROUPS_LIMIT) {
                throw new Malformed("NOTIFY takes at most " + GROUPS_LIMIT + " groups");
            }
            groups.add(group(parser, unknown));
        } while (parser.take(' '));
        if (groups.stream().filter(group -> group.filter().selected()).count() > 1) {
            throw new Malformed("the selected mailbox is named once, as SELECTED or as SELECTED-DELAYED");
        }
        return new NotifyCommand(status, List.copyOf(groups), unknown.stream().findFirst());
    }

    private static Group group(Parser parser, List<String> unknown) {
        parser.expect('(');
        String word = parser.word();
        Filter filter = Parser.named(Filter.class, word)
                .orElseThrow(() -> new Malformed("'" + Parser.cut(word)
                        + "' means no mailboxes: SELECTED, SELECTED-DELAYED, INBOXES, PERSONAL, SUBSCRIBED, SUBTREE or"
                        + " MAILBOXES"));
        parser.space();
        List<String> names = new ArrayList<>();
        if (filter == Filter.SUBTREE || filter == Filter.MAILBOXES) {
            names.addAll(names(parser));
            parser.space();
        }
        Draft draft = new Draft(unknown);
        if (!parser.takeWord("NONE")) {
            parser.expect('(');
            do {
                event(parser, filter, draft);
            } while (parser.take(' '));
            parser.expect(')');
        }
        parser.expect(')');
        check(draft.events, filter);
        return new Group(filter, names, draft.events, draft.items);
    }

    private static List<String> names(Parser parser) {
        if (!parser.take('(')) {
            return List.of(parser.mailbox());
        }
        List<String> names = new ArrayList<>();
        do {
            if (names.size() == NAMES_LIMIT) {
                throw new Malformed("a group names at most " + NAMES_LIMIT + " mailboxes");
            }
            names.add(parser.mailbox());
        } while (parser.take(' '));
        parser.expect(')');
        return names;
    }

    private static void event(Parser parser, Filter filter, Draft draft) {
        String word = parser.word();
        Optional<Event> event = Event.of(word);
        event.ifPresentOrElse(draft.events::add, () -> draft.unknown.add(Parser.cut(word)));
        if (event.equals(Optional.of(Event.MESSAGE_NEW)) && parser.peek() == ' ' && parser.peek(1) == '(') {
            if (!filter.selected()) {
                throw new Malformed("only new messages of the selected mailbox are told with what is in them");
            }
            parser.space();
            draft.items.addAll(FetchCommand.items(parser));
        }
    }

    /** RFC 5465 §5: which events come together. */
    private static void check(Set<Event> events, Filter filter) {
        boolean come = events.contains(Event.MESSAGE_NEW);
        if (come != events.contains(Event.MESSAGE_EXPUNGE)) {
            throw new Malformed("MessageNew and MessageExpunge come together");
        }
        if (events.contains(Event.FLAG_CHANGE) && !come) {
            throw new Malformed("FlagChange comes with MessageNew and MessageExpunge");
        }
        if (filter.selected() && !Event.OF_MESSAGES.containsAll(events)) {
            throw new Malformed("of the selected mailbox only events of its messages are told");
        }
    }

    /** The group that says what is told of the selected mailbox at once, if there is one. */
    Optional<Group> selected() {
        return groups.stream()
                .filter(group -> group.filter().selected() && group.events().contains(Event.MESSAGE_NEW))
                .findFirst();
    }

    /** Whether an event of a mailbox is told: the first group that means the mailbox decides (RFC 5465 §3.1). */
    boolean wants(Event event, String name, @Nullable Mailbox mailbox, Set<String> subscribed) {
        return groups.stream()
                .filter(group -> group.means(name, mailbox, subscribed))
                .findFirst()
                .filter(group -> group.events().contains(event))
                .isPresent();
    }

    /** Whether mailboxes of others may be meant. */
    boolean others() {
        return groups.stream().anyMatch(Group::others);
    }

    /** Whether a group means a mailbox by its name. */
    boolean names(String name) {
        return groups.stream().anyMatch(group -> !group.names().isEmpty() && group.means(name, null, Set.of()));
    }

    /** Whether an event is told of any mailbox. */
    boolean wants(Event event) {
        return groups.stream().anyMatch(group -> group.events().contains(event));
    }

    @Override
    public Answer run(ImapSession session) throws IOException {
        if (unknown.isPresent()) {
            return Answer.no("[BADEVENT (" + Event.all() + ")] " + unknown.get() + " is not told here");
        }
        session.tellOf(this);
        return Answer.ok("done");
    }
}
