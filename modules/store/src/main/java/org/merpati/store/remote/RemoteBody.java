package org.merpati.store.remote;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Failure;
import org.merpati.store.Body;
import org.merpati.store.search.Place;

/** A message's octets at the node that leads its shard, of which ranges are asked for as they are read. */
final class RemoteBody implements Body {
    /** The most octets of one answer. */
    static final int RANGE = 256 << 10;

    private static final int HEAD = 64 << 10;

    private final LeaderLink link;
    private final Place place;
    private final long uidValidity;
    private final long uid;
    private final int size;
    private final byte[] head;

    /**
     * Asks for its beginning, which stays in memory.
     *
     * @throws org.merpati.kernel.Refused if the message was expunged meanwhile
     */
    RemoteBody(LeaderLink link, Place place, long uidValidity, long uid, int size) {
        this.link = link;
        this.place = place;
        this.uidValidity = uidValidity;
        this.uid = uid;
        this.size = size;
        this.head = range(0, HEAD);
    }

    private byte[] range(int offset, int length) {
        BinaryWriter question = link.question(Question.BODY);
        Forms.place(question, place);
        question.varint(uidValidity).varint(uid).varint(offset).varint(length);
        return link.ask(question, BinaryReader::bytes);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public InputStream open(int offset) throws IOException {
        if (offset < 0 || offset > size) {
            throw new IndexOutOfBoundsException("offset " + offset + " of " + size + " octets");
        }
        return new Ranges(offset);
    }

    /** The octets from an offset on, one range after the other. */
    private final class Ranges extends InputStream {
        private int next;
        private ByteArrayInputStream now;

        Ranges(int offset) {
            this.next = Math.max(offset, head.length);
            int from = Math.min(offset, head.length);
            this.now = new ByteArrayInputStream(head, from, head.length - from);
        }

        private boolean advance() throws IOException {
            if (now.available() > 0) {
                return true;
            }
            if (next >= size) {
                return false;
            }
            try {
                byte[] more = range(next, Math.min(RANGE, size - next));
                if (more.length == 0) {
                    throw new IOException("the message ends after " + next + " of " + size + " octets");
                }
                next += more.length;
                now = new ByteArrayInputStream(more);
                return true;
            } catch (Failure failed) {
                throw new IOException(failed.sentence(), failed);
            }
        }

        @Override
        public int read() throws IOException {
            return advance() ? now.read() : -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            return advance() ? now.read(to, offset, length) : -1;
        }

        @Override
        public int available() {
            return now.available();
        }
    }
}
