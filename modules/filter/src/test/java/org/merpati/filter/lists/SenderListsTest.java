package org.merpati.filter.lists;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.merpati.filter.Proof;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;

/** The truth table of docs/spam.md, row by row, and what it leaves to say. */
class SenderListsTest {
    private static final Address ANI = Address.parse("ani@mail.example.com");
    private static final Optional<InetAddress> HOST = Optional.of(InetAddress.ofLiteral("192.0.2.7"));

    /** A row of the table. */
    record Row(List<List<ListEntry>> scopes, boolean proved, String decides) {}

    static Stream<Row> rows() {
        try {
            return Files.readAllLines(Path.of("../../docs/spam.md")).stream()
                    .filter(line -> line.matches("\\|.*\\| (yes|no) \\|.*"))
                    .map(SenderListsTest::row);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    private static Row row(String line) {
        String[] cells = line.split("\\|", -1);
        List<List<ListEntry>> scopes = Stream.of(cells[1], cells[2], cells[3])
                .map(SenderListsTest::entries)
                .toList();
        return new Row(scopes, cells[4].strip().equals("yes"), cells[5].strip());
    }

    private static List<ListEntry> entries(String cell) {
        return Arrays.stream(cell.split(";"))
                .map(String::strip)
                .filter(entry -> !entry.equals("-"))
                .map(ListEntry::parse)
                .toList();
    }

    private static Proof proof(String... domains) {
        Set<Domain> dkim = Set.copyOf(Arrays.stream(domains).map(Domain::parse).toList());
        return new Proof(Optional.empty(), dkim, List.of(), Optional.empty());
    }

    private static String decides(List<List<ListEntry>> scopes, Origin origin) {
        return Ruling.of(scopes, origin)
                .map(r -> List.of("recipient", "domain", "server").get(r.scope())
                        + (r.entry().allows() ? " allows" : " denies"))
                .orElse("nothing");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theNarrowestThatIsMetDecides(Row row) {
        Proof proof = row.proved() ? proof("example.com") : Proof.NONE;
        for (boolean envelope : new boolean[] {true, false}) {
            Origin origin = new Origin(
                    HOST,
                    envelope ? Optional.of(ANI) : Optional.empty(),
                    envelope ? Optional.empty() : Optional.of(ANI),
                    false,
                    proof);
            assertThat(decides(row.scopes(), origin)).isEqualTo(row.decides());
        }
    }

    @Test
    void theTableIsReadWhole() {
        assertThat(rows()).hasSizeGreaterThan(20);
    }

    @Test
    void aForgedFromIsNotAllowedByTheProofOfAnother() {
        List<List<ListEntry>> allow = List.of(List.of(ListEntry.parse("allow example.com")));
        Optional<Address> other = Optional.of(Address.parse("x@spammer.net"));
        assertThat(decides(allow, new Origin(HOST, other, Optional.of(ANI), false, proof("spammer.net"))))
                .isEqualTo("nothing");
        assertThat(decides(allow, new Origin(HOST, other, Optional.of(ANI), false, proof("com"))))
                .isEqualTo("nothing");
        assertThat(decides(allow, new Origin(HOST, other, Optional.of(ANI), false, proof("mail.example.com"))))
                .isEqualTo("recipient allows");
    }

    @Test
    void anEnvelopeThatSpfPermitsProvesIt() {
        List<List<ListEntry>> allow = List.of(List.of(ListEntry.parse("allow example.com")));
        Proof spf = new Proof(Optional.of(new Domain("bounce.example.com")), Set.of(), List.of(), Optional.empty());
        assertThat(decides(allow, new Origin(HOST, Optional.empty(), Optional.of(ANI), false, Proof.NONE)))
                .isEqualTo("nothing");
        assertThat(decides(allow, new Origin(HOST, Optional.empty(), Optional.of(ANI), true, Proof.NONE)))
                .isEqualTo("recipient allows");
        Origin bounced =
                new Origin(HOST, Optional.of(Address.parse("b@bounce.example.com")), Optional.of(ANI), false, spf);
        assertThat(decides(allow, bounced)).isEqualTo("recipient allows");
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(
            strings = {
                "allow",
                "allow ",
                "allow a b c",
                "deny x@y unproved",
                "allow 192.0.2.1/24",
                "deny 300.1.1.1",
                "deny 1.2.3.4/33",
                "deny exa mple",
                "permit x@example.com",
                "deny ::/129",
                "allow a..b@example.com"
            })
    void whatIsNoEntryIsRefused(String line) {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> ListEntry.parse(line))
                .isInstanceOf(org.merpati.kernel.Malformed.class);
    }

    @Test
    void anEntryIsWrittenAsItIsRead() {
        for (String line : new String[] {
            "allow budi@example.com", "allow example.com unproved", "deny 192.0.2.0/24", "deny 2001:db8:0:0:0:0:0:0/32"
        }) {
            assertThat(ListEntry.parse(line)).hasToString(line);
        }
        assertThat(ListEntry.parse("deny @Example.COM")).hasToString("deny example.com");
        assertThat(ListEntry.parse("deny 10.0.0.1")).hasToString("deny 10.0.0.1/32");
    }
}
