package org.merpati.imap.fetch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.mime.Part;
import org.merpati.mime.Preview;
import org.merpati.store.Body;
import org.merpati.store.Message;

/** The beginning of a message's text (RFC 8970); it costs little, so that LAZY makes no difference. */
public record PreviewItem() implements FetchItem {
    /** How much of a part is read for it. */
    private static final int OCTETS_LIMIT = 16 * 1024;

    public static PreviewItem parse(Parser parser) {
        if (parser.peek(1) == '(' && (parser.peek(2) == 'L' || parser.peek(2) == 'l')) {
            parser.space();
            parser.expect('(');
            if (!parser.takeWord("LAZY")) {
                throw parser.wrong("LAZY");
            }
            parser.expect(')');
        }
        return new PreviewItem();
    }

    public void put(Message message, Body body, Reply reply) throws IOException {
        String text = Preview.part(message.summary().structure())
                .map(part -> text(part, body))
                .orElse("");
        String octets = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        reply.put("PREVIEW ").string(octets);
    }

    private static String text(Part part, Body body) {
        int to = Math.min(part.bodyEnd(), part.bodyStart() + OCTETS_LIMIT);
        return Preview.text(part, FetchItem.read(body, part.bodyStart(), to));
    }
}
