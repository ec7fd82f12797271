package org.merpati.store.log;

import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/** The binary form of what {@code apply} answers: fields, or a domain failure as a value. */
public final class Answer {
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int LATER = 2;

    private Answer() {}

    public static BinaryWriter done() {
        return new BinaryWriter().u8(DONE);
    }

    public static byte[] refused(Refused failure) {
        return new BinaryWriter()
                .u8(REFUSED)
                .text(failure.reason().name())
                .text(failure.sentence())
                .toByteArray();
    }

    public static byte[] later(TryLater failure) {
        return new BinaryWriter().u8(LATER).text(failure.sentence()).toByteArray();
    }

    /**
     * The fields of an answer.
     *
     * @throws Refused if it says so
     * @throws TryLater if it says so
     */
    public static BinaryReader open(byte[] answer) {
        BinaryReader from = new BinaryReader(answer);
        return switch (from.u8()) {
            case DONE -> from;
            case REFUSED -> {
                Refused.Reason reason = Refused.Reason.named(from.text());
                throw new Refused(reason, from.text());
            }
            default -> throw new TryLater(from.text());
        };
    }
}
