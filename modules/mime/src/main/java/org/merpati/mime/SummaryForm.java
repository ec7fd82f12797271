package org.merpati.mime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

/** The binary form of a {@link Summary}: a version, then the fields in the order of the records. */
final class SummaryForm {
    private static final int VERSION = 1;
    private static final int DEPTH_LIMIT = StructureReader.DEPTH_LIMIT + 2;

    private static final String TOO_DEEP = "a summary's parts are nested deeper than " + DEPTH_LIMIT;

    private SummaryForm() {}

    static void write(Summary summary, BinaryWriter to) {
        to.u8(VERSION);
        envelope(summary.envelope(), to);
        part(summary.structure(), to);
        to.varint(summary.headers().size());
        for (Summary.Header header : summary.headers()) {
            text(header.name(), to);
            text(header.octets(), to);
        }
        to.flag(summary.complete());
    }

    static Summary read(BinaryReader from) {
        int version = from.u8();
        if (version != VERSION) {
            throw new Malformed("a summary of version " + version + " is unknown here; this program reads " + VERSION);
        }
        Envelope envelope = envelope(from);
        Part part = part(from, 0);
        List<Summary.Header> headers = list(from, f -> new Summary.Header(text(f), text(f)));
        return new Summary(envelope, part, headers, from.flag());
    }

    /** The fields of a name, if all of those are kept; what comes before them is passed over. */
    static Optional<List<Summary.Header>> fields(BinaryReader from, String name) {
        if (from.u8() != VERSION || !Summary.KEPT.contains(Ascii.lower(name))) {
            return Optional.empty();
        }
        passEnvelope(from);
        passPart(from, 0);
        List<Summary.Header> found = new ArrayList<>(1);
        for (int left = from.count(); left > 0; left--) {
            String written = text(from);
            if (written.equalsIgnoreCase(name)) {
                found.add(new Summary.Header(written, text(from)));
            } else {
                pass(from);
            }
        }
        return from.flag() ? Optional.of(found) : Optional.empty();
    }

    private static void pass(BinaryReader from) {
        from.skip(from.count());
    }

    private static void passOptionals(BinaryReader from, int times) {
        for (int i = 0; i < times; i++) {
            if (from.flag()) {
                pass(from);
            }
        }
    }

    private static void passEnvelope(BinaryReader from) {
        passOptionals(from, 2);
        for (int list = 0; list < 6; list++) {
            passOptionals(from, 4 * from.count());
        }
        passOptionals(from, 2);
    }

    private static void passParameters(BinaryReader from) {
        for (int left = from.count(); left > 0; left--) {
            pass(from);
            pass(from);
        }
    }

    private static void passPart(BinaryReader from, int depth) {
        if (depth > DEPTH_LIMIT) {
            throw new Malformed(TOO_DEEP);
        }
        for (int place = 0; place < 3; place++) {
            from.count();
        }
        pass(from);
        pass(from);
        passParameters(from);
        passOptionals(from, 2);
        pass(from);
        passOptionals(from, 1);
        if (from.flag()) {
            pass(from);
            passParameters(from);
        }
        for (int left = from.count(); left > 0; left--) {
            pass(from);
        }
        passOptionals(from, 1);
        from.count();
        for (int left = from.count(); left > 0; left--) {
            passPart(from, depth + 1);
        }
        if (from.flag()) {
            passEnvelope(from);
            passPart(from, depth + 1);
        }
    }

    private static void envelope(Envelope envelope, BinaryWriter to) {
        optional(envelope.date(), to);
        optional(envelope.subject(), to);
        for (List<Envelope.Person> people : List.of(
                envelope.from(), envelope.sender(), envelope.replyTo(), envelope.to(), envelope.cc(), envelope.bcc())) {
            people(people, to);
        }
        optional(envelope.inReplyTo(), to);
        optional(envelope.messageId(), to);
    }

    private static Envelope envelope(BinaryReader from) {
        return new Envelope(
                optional(from),
                optional(from),
                people(from),
                people(from),
                people(from),
                people(from),
                people(from),
                people(from),
                optional(from),
                optional(from));
    }

    private static void people(List<Envelope.Person> people, BinaryWriter to) {
        to.varint(people.size());
        for (Envelope.Person person : people) {
            optional(person.name(), to);
            optional(person.route(), to);
            optional(person.local(), to);
            optional(person.host(), to);
        }
    }

    private static List<Envelope.Person> people(BinaryReader from) {
        return list(from, f -> new Envelope.Person(optional(f), optional(f), optional(f), optional(f)));
    }

    private static void part(Part part, BinaryWriter to) {
        to.varint(part.headerStart()).varint(part.bodyStart()).varint(part.bodyEnd());
        text(part.type(), to);
        text(part.subtype(), to);
        parameters(part.parameters(), to);
        optional(part.id(), to);
        optional(part.description(), to);
        text(part.encoding(), to);
        optional(part.md5(), to);
        to.flag(part.disposition().isPresent());
        part.disposition().ifPresent(d -> {
            text(d.type(), to);
            parameters(d.parameters(), to);
        });
        to.varint(part.languages().size());
        part.languages().forEach(l -> text(l, to));
        optional(part.location(), to);
        to.varint(part.lines());
        to.varint(part.children().size());
        part.children().forEach(c -> part(c, to));
        to.flag(part.message().isPresent());
        part.message().ifPresent(m -> {
            envelope(m.envelope(), to);
            part(m.part(), to);
        });
    }

    private static Part part(BinaryReader from, int depth) {
        if (depth > DEPTH_LIMIT) {
            throw new Malformed(TOO_DEEP);
        }
        return new Part(
                from.count(),
                from.count(),
                from.count(),
                text(from),
                text(from),
                parameters(from),
                optional(from),
                optional(from),
                text(from),
                optional(from),
                from.flag() ? Optional.of(new Part.Disposition(text(from), parameters(from))) : Optional.empty(),
                list(from, SummaryForm::text),
                optional(from),
                from.count(),
                list(from, f -> part(f, depth + 1)),
                from.flag() ? Optional.of(new Part.Nested(envelope(from), part(from, depth + 1))) : Optional.empty());
    }

    private static void parameters(List<Part.Parameter> parameters, BinaryWriter to) {
        to.varint(parameters.size());
        for (Part.Parameter parameter : parameters) {
            text(parameter.name(), to);
            text(parameter.value(), to);
        }
    }

    private static List<Part.Parameter> parameters(BinaryReader from) {
        return list(from, f -> new Part.Parameter(text(f), text(f)));
    }

    private static <T> List<T> list(BinaryReader from, Function<BinaryReader, T> item) {
        int count = from.count();
        if (count > from.remaining()) {
            throw new Malformed("a summary's list of " + count + " is longer than the record");
        }
        List<T> items = new ArrayList<>(Math.min(count, 64));
        for (int i = 0; i < count; i++) {
            items.add(item.apply(from));
        }
        return items;
    }

    private static void text(String text, BinaryWriter to) {
        to.bytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String text(BinaryReader from) {
        return new String(from.bytes(), StandardCharsets.ISO_8859_1);
    }

    private static void optional(Optional<String> text, BinaryWriter to) {
        to.flag(text.isPresent());
        text.ifPresent(t -> text(t, to));
    }

    private static Optional<String> optional(BinaryReader from) {
        return from.flag() ? Optional.of(text(from)) : Optional.empty();
    }
}
