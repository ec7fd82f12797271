package org.merpati.store.search;

import java.nio.ByteBuffer;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailboxId;

/** A mailbox of an account. */
public record Place(AccountId account, MailboxId mailbox) {
    /** The octets that an index knows it by. */
    byte[] octets() {
        return put(ByteBuffer.allocate(2 * Id.BYTES)).array();
    }

    /** The octets that an index knows one of its messages by. */
    byte[] octets(long uid) {
        return put(ByteBuffer.allocate(2 * Id.BYTES + 4)).putInt((int) uid).array();
    }

    private ByteBuffer put(ByteBuffer to) {
        put(to, account.value());
        return put(to, mailbox.value());
    }

    private static ByteBuffer put(ByteBuffer to, Id id) {
        return to.putLong(id.high()).putLong(id.low());
    }

    static byte[] octets(AccountId account) {
        return put(ByteBuffer.allocate(Id.BYTES), account.value()).array();
    }

    /** The place whose {@link #octets()} these are. */
    static Place of(byte[] octets, int offset) {
        ByteBuffer from = ByteBuffer.wrap(octets, offset, 2 * Id.BYTES);
        AccountId account = new AccountId(new Id(from.getLong(), from.getLong()));
        return new Place(account, new MailboxId(new Id(from.getLong(), from.getLong())));
    }
}
