package org.merpati.store.remote;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Quota;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.Usage;
import org.merpati.store.people.Rights;
import org.merpati.store.search.Place;

/** The binary forms of what is read of a shard at a node that has no copy of it. */
final class Forms {
    private Forms() {}

    static <T> void list(BinaryWriter to, Iterable<T> things, BiConsumer<BinaryWriter, T> form) {
        BinaryWriter all = new BinaryWriter();
        int count = 0;
        for (T thing : things) {
            form.accept(all, thing);
            count++;
        }
        to.varint(count).raw(all.toByteArray(), 0, all.size());
    }

    static <T> List<T> list(BinaryReader from, Function<BinaryReader, T> form) {
        List<T> things = new ArrayList<>();
        for (int left = from.count(); left > 0; left--) {
            things.add(form.apply(from));
        }
        return things;
    }

    static void place(BinaryWriter to, Place place) {
        to.id(place.account().value()).id(place.mailbox().value());
    }

    static Place place(BinaryReader from) {
        AccountId account = new AccountId(from.id());
        return new Place(account, new MailboxId(from.id()));
    }

    static void mailbox(BinaryWriter to, Mailbox mailbox) {
        to.id(mailbox.id().value()).text(mailbox.name());
        to.varint(mailbox.uidValidity()).varint(mailbox.uidNext()).varint(mailbox.highestModSeq());
        to.flag(mailbox.subscribed()).flag(mailbox.selectable());
        to.text(mailbox.specialUse().orElse(""));
        to.varint(mailbox.messages()).varint(mailbox.unseen()).varint(mailbox.deleted());
        to.varint(mailbox.octets());
    }

    static Mailbox mailbox(BinaryReader from) {
        MailboxId id = new MailboxId(from.id());
        String name = from.text();
        long uidValidity = from.varint();
        long uidNext = from.varint();
        long highestModSeq = from.varint();
        boolean subscribed = from.flag();
        boolean selectable = from.flag();
        Optional<String> use = Optional.of(from.text()).filter(word -> !word.isEmpty());
        int messages = from.count();
        int unseen = from.count();
        int deleted = from.count();
        return new Mailbox(
                id,
                name,
                uidValidity,
                uidNext,
                highestModSeq,
                subscribed,
                selectable,
                use,
                messages,
                unseen,
                deleted,
                from.varint());
    }

    static void annotations(BinaryWriter to, SortedMap<String, byte[]> annotations) {
        list(
                to,
                annotations.entrySet(),
                (out, entry) -> out.text(entry.getKey()).bytes(entry.getValue()));
    }

    static SortedMap<String, byte[]> annotations(BinaryReader from) {
        SortedMap<String, byte[]> annotations = new TreeMap<>();
        for (int left = from.count(); left > 0; left--) {
            annotations.put(from.text(), from.bytes());
        }
        return annotations;
    }

    static void acl(BinaryWriter to, SortedMap<AccountId, Rights> acl) {
        list(to, acl.entrySet(), (out, entry) -> rights(out.id(entry.getKey().value()), entry.getValue()));
    }

    static SortedMap<AccountId, Rights> acl(BinaryReader from) {
        SortedMap<AccountId, Rights> acl = new TreeMap<>();
        for (int left = from.count(); left > 0; left--) {
            acl.put(new AccountId(from.id()), rights(from));
        }
        return acl;
    }

    private static void rights(BinaryWriter to, Rights rights) {
        to.varint(rights.bits());
    }

    private static Rights rights(BinaryReader from) {
        int bits = from.count();
        if (bits > Rights.ALL.bits()) {
            throw new Malformed("there are no rights " + bits);
        }
        return new Rights(bits);
    }

    static void shared(BinaryWriter to, MailStore.Shared shared) {
        mailbox(to.id(shared.owner().value()), shared.mailbox());
        rights(to, shared.rights());
    }

    static MailStore.Shared shared(BinaryReader from) {
        AccountId owner = new AccountId(from.id());
        Mailbox mailbox = mailbox(from);
        return new MailStore.Shared(owner, mailbox, rights(from));
    }

    static void usage(BinaryWriter to, Usage usage) {
        to.varint(usage.octets()).varint(usage.messages());
        to.varint(usage.quota().octets()).varint(usage.quota().messages());
    }

    static Usage usage(BinaryReader from) {
        long octets = from.varint();
        long messages = from.varint();
        return new Usage(octets, messages, new Quota(from.varint(), from.varint()));
    }

    static SortedSet<String> keywords(BinaryReader from) {
        SortedSet<String> keywords = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        keywords.addAll(list(from, BinaryReader::text));
        return keywords;
    }

    /** What changes of a message, and what every FETCH asks for. */
    record Row(long uid, long modSeq, Flags flags, long internalDate, int size) {
        static final Comparator<Row> BY_UID = Comparator.comparingLong(Row::uid);

        /** One to look for by its UID. */
        static Row of(long uid) {
            return new Row(uid, 0, Flags.NONE, 0, 0);
        }

        static void write(BinaryWriter to, Message message) {
            to.varint(message.uid()).varint(message.modSeq());
            message.flags().write(to);
            to.varint(message.internalDate()).varint(message.size());
        }

        /** Messages of the same flags share them. */
        static Row read(BinaryReader from, Map<Flags, Flags> shared) {
            long uid = from.varint();
            long modSeq = from.varint();
            Flags flags = shared.computeIfAbsent(Flags.read(from), same -> same);
            long internalDate = from.varint();
            return new Row(uid, modSeq, flags, internalDate, from.count());
        }
    }

    /** What never changes of a message. */
    record Content(long uid, long savedDate, MailId mail, MailId thread, Octets summary) {
        static void write(BinaryWriter to, Message message) {
            to.varint(message.uid()).varint(message.savedDate());
            to.id(message.mail().value()).id(message.thread().value());
            to.bytes(message.summaryOctets().array());
        }

        static Content read(BinaryReader from) {
            long uid = from.varint();
            long savedDate = from.varint();
            MailId mail = new MailId(from.id());
            MailId thread = new MailId(from.id());
            return new Content(uid, savedDate, mail, thread, new Octets(from.bytes()));
        }
    }
}
