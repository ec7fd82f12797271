package org.merpati.store.search;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.id.IndonesianStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.PerFieldAnalyzerWrapper;
import org.apache.lucene.analysis.standard.StandardTokenizer;

/**
 * How words are made of text for people's search: without case, accents and width, Chinese, Japanese and Korean in
 * pairs of characters; then the stem, in one field as English has it and in another as Indonesian has it, since mail
 * mixes both. No word is too common to be found.
 */
final class Languages {
    /** The field with English stems. */
    static final String ENGLISH = "en";
    /** The field with Indonesian stems. */
    static final String INDONESIAN = "id";

    private Languages() {}

    static Analyzer analyzer() {
        Analyzer english = new Words(words -> new PorterStemFilter(new EnglishPossessiveFilter(words)));
        Analyzer indonesian = new Words(IndonesianStemFilter::new);
        return new PerFieldAnalyzerWrapper(english, Map.of(INDONESIAN, indonesian));
    }

    private static final class Words extends Analyzer {
        private final UnaryOperator<TokenStream> stems;

        Words(UnaryOperator<TokenStream> stems) {
            this.stems = stems;
        }

        @Override
        protected TokenStreamComponents createComponents(String field) {
            StandardTokenizer words = new StandardTokenizer();
            TokenStream even = new ASCIIFoldingFilter(new LowerCaseFilter(new CJKWidthFilter(words)));
            return new TokenStreamComponents(words, stems.apply(new CJKBigramFilter(even)));
        }
    }
}
