package org.merpati.store;

import org.jspecify.annotations.Nullable;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.mime.Summary;

/**
 * A message of a view. What never changes is read from its row when first asked for; once the message is expunged that
 * is {@link org.merpati.kernel.Refused}.
 */
final class RowMessage implements Message {
    private final ShardState state;
    private final AccountId account;
    private final MailboxId mailbox;
    private final long uid;
    private final Rows.Hot hot;
    private Rows.@Nullable Content content;

    RowMessage(ShardState state, AccountId account, MailboxId mailbox, long uid, Rows.Hot hot) {
        this.state = state;
        this.account = account;
        this.mailbox = mailbox;
        this.uid = uid;
        this.hot = hot;
    }

    Rows.Content content() {
        Rows.Content known = content;
        if (known == null) {
            known = state.content(account, mailbox, uid);
            content = known;
        }
        return known;
    }

    @Override
    public long uid() {
        return uid;
    }

    @Override
    public long modSeq() {
        return hot.modSeq();
    }

    @Override
    public Flags flags() {
        return hot.flags();
    }

    @Override
    public long internalDate() {
        return hot.internalDate();
    }

    @Override
    public long savedDate() {
        return content().savedDate();
    }

    @Override
    public int size() {
        return hot.size();
    }

    @Override
    public MailId mail() {
        return content().mail();
    }

    @Override
    public MailId thread() {
        return content().thread();
    }

    @Override
    public Summary summary() {
        return Summary.read(new BinaryReader(content().summary().array()));
    }
}
