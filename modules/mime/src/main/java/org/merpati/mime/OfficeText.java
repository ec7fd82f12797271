package org.merpati.mime;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The text of an office document that is a zip of XML: OOXML (ECMA-376: Word, Excel, PowerPoint) and OpenDocument
 * (ISO 26300). What is broken, or beyond the limits, ends the text; it is never an error.
 */
public final class OfficeText {
    private static final int ENTRIES_LIMIT = 5_000;
    private static final int DEPTH_LIMIT = 1_000;
    private static final Pattern TEXTS =
            Pattern.compile("content\\.xml|word/(document|header\\d*|footer\\d*|footnotes|endnotes|comments)\\.xml"
                    + "|xl/sharedStrings\\.xml|ppt/(slides|notesSlides)/[^/]+\\.xml");
    private static final Set<String> ENDS_A_WORD =
            Set.of("p", "h", "si", "tc", "tab", "br", "cr", "s", "line-break", "table-cell", "list-item");

    private final XMLInputFactory xml = factory();
    private final int characters;
    private final StringBuilder text = new StringBuilder();
    private long inflated;

    private OfficeText(int characters, long inflated) {
        this.characters = characters;
        this.inflated = inflated;
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> InputStream.nullInputStream());
        return factory;
    }

    /**
     * Reads a document.
     *
     * @param characters the most characters of text
     * @param inflated the most octets that its files may unpack to, those without text included
     */
    public static String of(byte[] zip, int characters, long inflated) {
        OfficeText reader = new OfficeText(characters, inflated);
        try (ZipInputStream files = new ZipInputStream(new ByteArrayInputStream(zip))) {
            reader.files(files);
        } catch (IOException | IllegalArgumentException broken) {
            return reader.text.toString();
        }
        return reader.text.toString();
    }

    private void files(ZipInputStream files) throws IOException {
        ZipEntry entry = files.getNextEntry();
        for (int i = 0; entry != null && i < ENTRIES_LIMIT && !full(); i++) {
            InputStream counted = new Counted(files);
            if (TEXTS.matcher(entry.getName()).matches()) {
                read(counted);
            }
            counted.transferTo(OutputStream.nullOutputStream());
            entry = inflated > 0 ? files.getNextEntry() : null;
        }
    }

    private boolean full() {
        return text.length() >= characters;
    }

    private void read(InputStream octets) {
        try {
            XMLStreamReader reader = xml.createXMLStreamReader(new InputStreamReader(octets, StandardCharsets.UTF_8));
            int depth = 0;
            while (reader.hasNext() && !full() && depth < DEPTH_LIMIT) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> depth++;
                    case XMLStreamConstants.END_ELEMENT -> {
                        depth--;
                        if (ENDS_A_WORD.contains(reader.getLocalName())) {
                            text.append(' ');
                        }
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> append(reader);
                    default -> {}
                }
            }
            text.append('\n');
        } catch (XMLStreamException | RuntimeException broken) {
            text.append('\n');
        }
    }

    private void append(XMLStreamReader reader) {
        int length = Math.min(reader.getTextLength(), characters - text.length());
        text.append(reader.getTextCharacters(), reader.getTextStart(), length);
    }

    /** One file of the zip; closing it leaves the zip open, and it ends where the allowance does. */
    private final class Counted extends InputStream {
        private final ZipInputStream from;

        Counted(ZipInputStream from) {
            this.from = from;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (inflated <= 0) {
                return -1;
            }
            int count = from.read(to, offset, (int) Math.min(length, inflated));
            inflated -= Math.max(0, count);
            return count;
        }
    }
}
