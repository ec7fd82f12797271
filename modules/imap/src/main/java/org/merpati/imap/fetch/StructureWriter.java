package org.merpati.imap.fetch;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.merpati.imap.text.Reply;
import org.merpati.mime.Envelope;
import org.merpati.mime.Part;

/** Writes ENVELOPE, BODY and BODYSTRUCTURE (RFC 3501 §7.4.2). */
public final class StructureWriter {
    private StructureWriter() {}

    public static void envelope(Envelope envelope, Reply reply) throws IOException {
        reply.put('(').nstring(envelope.date()).put(' ').nstring(envelope.subject());
        people(envelope.from(), reply);
        people(envelope.sender(), reply);
        people(envelope.replyTo(), reply);
        people(envelope.to(), reply);
        people(envelope.cc(), reply);
        people(envelope.bcc(), reply);
        reply.put(' ').nstring(envelope.inReplyTo()).put(' ').nstring(envelope.messageId());
        reply.put(')');
    }

    private static void people(List<Envelope.Person> people, Reply reply) throws IOException {
        if (people.isEmpty()) {
            reply.put(" NIL");
            return;
        }
        reply.put(" (");
        for (Envelope.Person person : people) {
            reply.put('(').nstring(person.name()).put(' ').nstring(person.route());
            reply.put(' ')
                    .nstring(person.local())
                    .put(' ')
                    .nstring(person.host())
                    .put(')');
        }
        reply.put(')');
    }

    /**
     * A part's structure.
     *
     * @param extended whether BODYSTRUCTURE is written, else BODY
     */
    public static void part(Part part, boolean extended, Reply reply) throws IOException {
        reply.put('(');
        if (part.multipart()) {
            multipart(part, extended, reply);
        } else {
            single(part, extended, reply);
        }
        reply.put(')');
    }

    private static void multipart(Part part, boolean extended, Reply reply) throws IOException {
        for (Part child : part.children()) {
            part(child, extended, reply);
        }
        if (part.children().isEmpty()) {
            reply.put("(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7BIT\" ");
            reply.put(part.octets()).put(' ').put(part.lines());
            reply.put(extended ? " NIL NIL NIL NIL)" : ")");
        }
        reply.put(' ').string(part.subtype());
        if (extended) {
            parameters(part.parameters(), reply);
            rest(part, reply);
        }
    }

    private static void single(Part part, boolean extended, Reply reply) throws IOException {
        boolean message = part.message().isPresent();
        boolean opaque =
                !message && part.type().equals("message") && part.subtype().equals("rfc822");
        reply.string(opaque ? "application" : part.type()).put(' ');
        reply.string(opaque ? "octet-stream" : part.subtype());
        parameters(part.parameters(), reply);
        reply.put(' ').nstring(part.id()).put(' ').nstring(part.description());
        reply.put(' ').string(part.encoding()).put(' ').put(part.octets());
        if (message && part.subtype().equals("rfc822")) {
            Part.Nested nested = part.message().get();
            reply.put(' ');
            envelope(nested.envelope(), reply);
            reply.put(' ');
            part(nested.part(), extended, reply);
            reply.put(' ').put(part.lines());
        } else if (part.type().equals("text")) {
            reply.put(' ').put(part.lines());
        }
        if (extended) {
            reply.put(' ').nstring(part.md5());
            rest(part, reply);
        }
    }

    /** Disposition, language and location. */
    private static void rest(Part part, Reply reply) throws IOException {
        Optional<Part.Disposition> disposition = part.disposition();
        if (disposition.isPresent()) {
            reply.put(" (").string(disposition.get().type());
            parameters(disposition.get().parameters(), reply);
            reply.put(')');
        } else {
            reply.put(" NIL");
        }
        List<String> languages = part.languages();
        if (languages.isEmpty()) {
            reply.put(" NIL");
        } else if (languages.size() == 1) {
            reply.put(' ').string(languages.getFirst());
        } else {
            reply.put(" (");
            for (int i = 0; i < languages.size(); i++) {
                reply.put(i == 0 ? "" : " ").string(languages.get(i));
            }
            reply.put(')');
        }
        reply.put(' ').nstring(part.location());
    }

    private static void parameters(List<Part.Parameter> parameters, Reply reply) throws IOException {
        if (parameters.isEmpty()) {
            reply.put(" NIL");
            return;
        }
        reply.put(" (");
        for (int i = 0; i < parameters.size(); i++) {
            Part.Parameter parameter = parameters.get(i);
            reply.put(i == 0 ? "" : " ").string(parameter.name()).put(' ').string(parameter.value());
        }
        reply.put(')');
    }
}
