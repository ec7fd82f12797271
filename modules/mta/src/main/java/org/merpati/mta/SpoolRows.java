package org.merpati.mta;

import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;

/** Keys of a spool's rows: a kind, the mail, and for pieces of bodies their number. */
final class SpoolRows {
    /** A mail that is not finished. */
    static final int OPEN = 'e';
    /** A piece of its body. */
    static final int BODY = 'b';
    /** Pieces came whose Accept has not: when the first came. */
    static final int UPLOAD = 'u';
    /** No new mail is taken; there is one such row or none. */
    static final int SHUT = 's';
    /** A finished mail. */
    static final int TRACE = 't';

    private SpoolRows() {}

    static byte[] key(int kind, MailId mail) {
        return new BinaryWriter(1 + Id.BYTES).u8(kind).id(mail.value()).toByteArray();
    }

    static byte[] piece(MailId mail, int piece) {
        return new BinaryWriter(5 + Id.BYTES)
                .u8(BODY)
                .id(mail.value())
                .i32(piece)
                .toByteArray();
    }

    /** The first key of a kind; of the next kind if one more. */
    static byte[] kind(int kind) {
        return new byte[] {(byte) kind};
    }

    static MailId mail(byte[] key) {
        return new MailId(new org.merpati.kernel.BinaryReader(key).skip(1).id());
    }
}
