package org.merpati.journal;

import java.util.List;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/** An entry on its way through the log; the copy that applies it in this process leaves the answers here. */
final class BatchInFlight implements Message {
    private final ByteString form;
    private volatile @Nullable List<byte[]> answers;

    BatchInFlight(byte[] form) {
        this.form = UnsafeByteOperations.unsafeWrap(form);
    }

    @Override
    public ByteString getContent() {
        return form;
    }

    /** Leaves the answers, one for each command in order. */
    void answer(List<byte[]> inOrder) {
        answers = inOrder;
    }

    /** The answers, or null if the entry was not applied from here. */
    @Nullable
    List<byte[]> answers() {
        return answers;
    }
}
