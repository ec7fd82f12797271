package org.merpati.store.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.QueryBuilder;
import org.merpati.kernel.AccountId;

/** What is asked of an index at one instant. */
final class Questions {
    /** The most trigrams of a needle that are looked for. */
    private static final int GRAMS = 16;

    /** The most characters of a question in people's words. */
    private static final int WORDS = 500;

    private static final Analyzer ANALYZER = Languages.analyzer();

    private Questions() {}

    /** Is shown documents of one segment. */
    private interface Reading {
        void document(int number) throws IOException;
    }

    private interface Segments {
        Reading open(LeafReader segment) throws IOException;
    }

    private static void each(IndexSearcher searcher, Query query, Segments segments) throws IOException {
        Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Scorer scorer = weight.scorer(leaf);
            if (scorer != null) {
                Bits live = leaf.reader().getLiveDocs();
                Reading reading = segments.open(leaf.reader());
                DocIdSetIterator documents = scorer.iterator();
                int number = documents.nextDoc();
                for (; number != DocIdSetIterator.NO_MORE_DOCS; number = documents.nextDoc()) {
                    if (live == null || live.get(number)) {
                        reading.document(number);
                    }
                }
            }
        }
    }

    private static Query term(String field, byte[] octets) {
        return new TermQuery(new Term(field, new BytesRef(octets)));
    }

    static Progress progress(IndexSearcher searcher, Place place) throws IOException {
        Progress[] found = {Progress.NONE};
        each(searcher, term(MessageDocument.PLACE, place.octets()), segment -> {
            NumericDocValues uidValidity = DocValues.getNumeric(segment, MessageDocument.UID_VALIDITY);
            NumericDocValues uidNext = DocValues.getNumeric(segment, MessageDocument.UID_NEXT);
            NumericDocValues modSeq = DocValues.getNumeric(segment, MessageDocument.MODSEQ);
            return number -> {
                if (uidValidity.advanceExact(number) && uidNext.advanceExact(number) && modSeq.advanceExact(number)) {
                    found[0] = new Progress(uidValidity.longValue(), uidNext.longValue(), modSeq.longValue());
                }
            };
        });
        return found[0];
    }

    static List<Place> places(IndexSearcher searcher) throws IOException {
        List<Place> places = new ArrayList<>();
        Terms terms = MultiTerms.getTerms(searcher.getIndexReader(), MessageDocument.PLACE);
        if (terms != null) {
            TermsEnum each = terms.iterator();
            for (BytesRef octets = each.next(); octets != null; octets = each.next()) {
                places.add(Place.of(octets.bytes, octets.offset));
            }
        }
        return places;
    }

    private static long[] uids(IndexSearcher searcher, Query query) throws IOException {
        Ascending uids = new Ascending();
        each(searcher, query, segment -> {
            NumericDocValues uid = DocValues.getNumeric(segment, MessageDocument.UID);
            return number -> {
                if (uid.advanceExact(number)) {
                    uids.add(uid.longValue());
                }
            };
        });
        return uids.sorted();
    }

    /** Numbers as they come, then in order. */
    private static final class Ascending {
        private long[] numbers = new long[64];
        private int count;

        void add(long number) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
            }
            numbers[count++] = number;
        }

        long[] sorted() {
            long[] all = Arrays.copyOf(numbers, count);
            Arrays.sort(all);
            return all;
        }
    }

    /** The UIDs of the mailbox's messages that are known. */
    static long[] known(IndexSearcher searcher, Place place) throws IOException {
        return uids(searcher, term(MessageDocument.BOX, place.octets()));
    }

    /**
     * The UIDs of known messages that can hold a text, ascending, and behind them the UID from which on nothing is
     * known; nothing if the index does not know the mailbox by that UIDVALIDITY.
     */
    static Optional<long[]> holders(IndexSearcher searcher, Place place, long uidValidity, Where where, String folded)
            throws IOException {
        Progress progress = progress(searcher, place);
        if (progress.uidValidity() != uidValidity) {
            return Optional.empty();
        }
        BooleanQuery.Builder either = new BooleanQuery.Builder();
        if (where != Where.BODY) {
            either.add(grams(MessageDocument.HEADER, folded), Occur.SHOULD);
        }
        if (where != Where.HEADER) {
            either.add(grams(MessageDocument.BODY, folded), Occur.SHOULD);
        }
        either.add(new TermQuery(MessageDocument.SCANNED), Occur.SHOULD);
        Query query = new BooleanQuery.Builder()
                .add(term(MessageDocument.BOX, place.octets()), Occur.FILTER)
                .add(either.build(), Occur.FILTER)
                .build();
        long[] found = uids(searcher, query);
        long[] answer = Arrays.copyOf(found, found.length + 1);
        answer[found.length] = progress.uidNext();
        return Optional.of(answer);
    }

    private static Query grams(String field, String needle) {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        for (BytesRef gram : Trigrams.of(needle, GRAMS)) {
            all.add(new TermQuery(new Term(field, gram)), Occur.FILTER);
        }
        return all.build();
    }

    /** The account's messages that people mean by some words, the best first. */
    static List<Hit> find(IndexSearcher searcher, AccountId account, String words, int limit) throws IOException {
        QueryBuilder builder = new QueryBuilder(ANALYZER);
        String asked = words.substring(0, Math.min(words.length(), WORDS));
        List<Query> readings = new ArrayList<>();
        for (String language : List.of(Languages.ENGLISH, Languages.INDONESIAN)) {
            Query reading = builder.createBooleanQuery(language, asked, Occur.MUST);
            if (reading != null) {
                readings.add(reading);
            }
        }
        if (readings.isEmpty()) {
            return List.of();
        }
        Query query = new BooleanQuery.Builder()
                .add(new DisjunctionMaxQuery(readings, 0), Occur.MUST)
                .add(term(MessageDocument.ACCOUNT, Place.octets(account)), Occur.FILTER)
                .build();
        List<Hit> hits = new ArrayList<>();
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        for (ScoreDoc found : searcher.search(query, limit).scoreDocs) {
            LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(found.doc, leaves));
            SortedDocValues box = DocValues.getSorted(leaf.reader(), MessageDocument.BOX);
            NumericDocValues uid = DocValues.getNumeric(leaf.reader(), MessageDocument.UID);
            int number = found.doc - leaf.docBase;
            if (box.advanceExact(number) && uid.advanceExact(number)) {
                BytesRef octets = box.lookupOrd(box.ordValue());
                hits.add(new Hit(Place.of(octets.bytes, octets.offset).mailbox(), uid.longValue()));
            }
        }
        return hits;
    }
}
