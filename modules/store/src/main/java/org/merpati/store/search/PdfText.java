package org.merpati.store.search;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.font.FontMappers;
import org.apache.pdfbox.text.PDFTextStripper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The text of a PDF within limits; what is broken, locked or beyond them ends it, and is never an error. */
final class PdfText extends PDFTextStripper {
    private static final Logger LOG = LoggerFactory.getLogger(PdfText.class);
    private static final int PAGES = 500;
    private static final long NANOS = 3_000_000_000L;
    private static final byte[] STREAM = {'s', 't', 'r', 'e', 'a', 'm'};

    static {
        FontMappers.set(new PlainFonts());
    }

    private final Bounded text;
    private final long deadline = System.nanoTime() + NANOS;

    private PdfText(int characters) {
        this.text = new Bounded(characters);
        setEndPage(PAGES);
    }

    /** Ends the reading of a document that is not worth more. */
    private static final class Enough extends IOException {
        Enough(String what) {
            super(what);
        }
    }

    /**
     * Reads a document.
     *
     * @param characters the most characters of text
     * @param inflated the most octets that its streams may unpack to
     */
    static String of(byte[] pdf, int characters, long inflated) {
        PdfText reader = new PdfText(characters);
        if (inflates(pdf, inflated, reader.deadline)) {
            try (PDDocument document = Loader.loadPDF(pdf)) {
                reader.writeText(document, reader.text);
            } catch (IOException | RuntimeException | StackOverflowError end) {
                LOG.debug("a PDF is read in part only: {}", end.toString());
            }
        }
        return reader.text.all.toString();
    }

    /** Whether all that looks like a deflated stream, and nothing deflated twice, stays below a limit in time. */
    static boolean inflates(byte[] pdf, long limit, long deadline) {
        long left = limit;
        Inflater inflater = new Inflater();
        byte[] piece = new byte[64 << 10];
        try {
            for (int at = next(pdf, 0); at >= 0 && left > 0; at = next(pdf, at)) {
                if (System.nanoTime() - deadline > 0) {
                    return false;
                }
                inflater.reset();
                inflater.setInput(pdf, at, pdf.length - at);
                left -= inflate(inflater, piece, left);
            }
        } finally {
            inflater.end();
        }
        return left > 0;
    }

    private static long inflate(Inflater inflater, byte[] piece, long limit) {
        long sum = 0;
        boolean deflatedTwice = false;
        try {
            for (int count = inflater.inflate(piece); count > 0 && sum < limit; count = inflater.inflate(piece)) {
                deflatedTwice |= sum == 0 && count > 1 && zlib(piece, 0);
                sum += count;
            }
        } catch (DataFormatException end) {
            return sum;
        }
        return deflatedTwice ? limit : sum;
    }

    private static boolean zlib(byte[] octets, int at) {
        int head = (octets[at] & 0xff) << 8 | (octets[at + 1] & 0xff);
        return (octets[at] & 0x0f) == 8 && head % 31 == 0;
    }

    /** Where the next deflated stream begins, or -1. */
    private static int next(byte[] pdf, int from) {
        for (int i = from; i + STREAM.length + 4 < pdf.length; i++) {
            if (java.util.Arrays.equals(pdf, i, i + STREAM.length, STREAM, 0, STREAM.length)) {
                int at = i + STREAM.length;
                while (at + 2 < pdf.length && (pdf[at] == '\r' || pdf[at] == '\n')) {
                    at++;
                }
                if (zlib(pdf, at)) {
                    return at;
                }
            }
        }
        return -1;
    }

    @Override
    protected void processOperator(Operator operator, List<COSBase> operands) throws IOException {
        if (System.nanoTime() - deadline > 0) {
            throw new Enough("it takes longer than " + NANOS + " ns");
        }
        super.processOperator(operator, operands);
    }

    /** Takes text up to a limit. */
    private static final class Bounded extends Writer {
        private final StringBuilder all = new StringBuilder();
        private final int limit;

        Bounded(int limit) {
            this.limit = limit;
        }

        @Override
        public void write(char[] from, int offset, int length) throws IOException {
            all.append(from, offset, Math.min(length, limit - all.length()));
            if (all.length() >= limit) {
                throw new Enough("it has more than " + limit + " characters");
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
