package org.merpati.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.smtp.Maildrop;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.View;

/** An account's INBOX as a maildrop. A message's UIDL is its UID and the mailbox's UIDVALIDITY, which never change. */
final class InboxDrop implements Maildrop {
    private final AccountId account;
    private final MailStore store;
    private final Runnable closed;
    private final MailboxId mailbox;
    private final List<Letter> letters = new ArrayList<>();
    private final Map<String, Message> messages = new HashMap<>();

    /**
     * Opens it as it is now.
     *
     * @param closed called when it is given up
     */
    InboxDrop(AccountId account, MailStore store, Runnable closed) {
        this.account = account;
        this.store = store;
        this.closed = closed;
        store.ensure(account);
        store.fresh();
        Mailbox inbox = store.mailbox(account, "INBOX").orElseThrow(() -> new TryLater("there is no INBOX yet"));
        this.mailbox = inbox.id();
        View view = store.view(account, mailbox);
        for (int place = 0; place < view.size(); place++) {
            Message message = view.message(place);
            String uidl = "%08x%08x".formatted(message.uid(), inbox.uidValidity());
            letters.add(new Letter(uidl, message.size()));
            messages.put(uidl, message);
        }
    }

    @Override
    public List<Letter> letters() {
        return List.copyOf(letters);
    }

    @Override
    public InputStream open(String uidl) throws IOException {
        Message message = messages.get(uidl);
        if (message == null) {
            throw new Refused(Refused.Reason.NONEXISTENT, "there is no message " + uidl);
        }
        store.leased();
        return store.body(account, mailbox, message).open(0);
    }

    @Override
    public void finish(Set<String> read, Set<String> deleted) {
        flag(read.stream().toList(), "\\Seen");
        List<Long> gone = flag(deleted.stream().toList(), "\\Deleted");
        if (!gone.isEmpty()) {
            store.expunge(account, mailbox, gone);
        }
    }

    private List<Long> flag(List<String> uidls, String flag) {
        List<Long> uids = uidls.stream()
                .map(messages::get)
                .filter(java.util.Objects::nonNull)
                .map(Message::uid)
                .toList();
        if (!uids.isEmpty()) {
            FlagChange change = new FlagChange(FlagChange.Kind.ADD, Flags.of(flag));
            store.flags(account, mailbox, uids, change, OptionalLong.empty());
        }
        return uids;
    }

    @Override
    public void close() {
        closed.run();
    }
}
