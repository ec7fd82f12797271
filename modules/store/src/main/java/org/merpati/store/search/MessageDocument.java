package org.merpati.store.search;

import java.io.IOException;
import java.util.Optional;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.Term;
import org.apache.lucene.util.BytesRef;
import org.merpati.mime.MessageText;
import org.merpati.mime.Part;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes documents: of messages, and of how far the index is with a mailbox. */
final class MessageDocument {
    /** A message's account. */
    static final String ACCOUNT = "account";
    /** A message's mailbox. */
    static final String BOX = "box";
    /** A message's mailbox and UID. */
    static final String KEY = "key";
    /** A message's UID. */
    static final String UID = "uid";
    /** The trigrams of the header. */
    static final String HEADER = "header";
    /** The trigrams of the text parts. */
    static final String BODY = "body";
    /** Of messages whose trigrams are not all here. */
    static final Term SCANNED = new Term("scanned", "yes");

    /** The mailbox whose progress it is. */
    static final String PLACE = "place";

    static final String UID_VALIDITY = "uidvalidity";
    static final String UID_NEXT = "uidnext";
    static final String MODSEQ = "modseq";

    private static final Logger LOG = LoggerFactory.getLogger(MessageDocument.class);
    private static final FieldType GRAMS = searched(IndexOptions.DOCS, true);
    /** Searches look for words, not for their order. */
    private static final FieldType WORDS = searched(IndexOptions.DOCS_AND_FREQS, false);

    private final SearchLimits limits;

    MessageDocument(SearchLimits limits) {
        this.limits = limits;
    }

    private static FieldType searched(IndexOptions kept, boolean anyLength) {
        FieldType type = new FieldType();
        type.setIndexOptions(kept);
        type.setTokenized(true);
        type.setOmitNorms(anyLength);
        type.freeze();
        return type;
    }

    static Document of(Place place, Progress progress) {
        Document document = new Document();
        document.add(new StringField(PLACE, new BytesRef(place.octets()), Store.NO));
        document.add(new NumericDocValuesField(UID_VALIDITY, progress.uidValidity()));
        document.add(new NumericDocValuesField(UID_NEXT, progress.uidNext()));
        document.add(new NumericDocValuesField(MODSEQ, progress.modSeq()));
        return document;
    }

    /** A message that cannot be read, or is too large, is one that is always scanned. */
    Document of(Place place, Letter letter) {
        Document document = new Document();
        BytesRef box = new BytesRef(place.octets());
        document.add(new StringField(ACCOUNT, new BytesRef(Place.octets(place.account())), Store.NO));
        document.add(new StringField(BOX, box, Store.NO));
        document.add(new SortedDocValuesField(BOX, box));
        document.add(new StringField(KEY, new BytesRef(place.octets(letter.uid())), Store.NO));
        document.add(new NumericDocValuesField(UID, letter.uid()));
        boolean whole = false;
        try {
            Optional<byte[]> octets = letter.octets(limits.octets());
            if (octets.isPresent()) {
                whole = text(document, octets.get(), letter.summary().structure());
            }
        } catch (IOException | RuntimeException unreadable) {
            LOG.warn("message {} of {} cannot be indexed and will be scanned: {}", letter.uid(), place, unreadable);
        }
        if (!whole) {
            document.add(new StringField(SCANNED.field(), SCANNED.bytes(), Store.NO));
        }
        return document;
    }

    private boolean text(Document document, byte[] message, Part structure) {
        String header = MessageText.header(message, structure);
        long fields = header.chars().filter(c -> c == '\n').count();
        boolean whole = fields < MessageText.FIELDS_LIMIT;
        whole &= grams(document, HEADER, header);
        whole &= grams(document, BODY, MessageText.body(message, structure));
        String words = new PeopleText(message, limits.characters()).of(structure);
        document.add(new Field(Languages.ENGLISH, words, WORDS));
        document.add(new Field(Languages.INDONESIAN, words, WORDS));
        return whole;
    }

    private boolean grams(Document document, String field, String text) {
        String folded = MessageText.fold(text);
        if (folded.length() > limits.characters()) {
            return false;
        }
        document.add(new Field(field, new Trigrams(folded), GRAMS));
        return true;
    }
}
