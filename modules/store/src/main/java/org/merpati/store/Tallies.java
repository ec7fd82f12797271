package org.merpati.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.AccountId;
import org.merpati.store.log.Answer;
import org.merpati.store.log.Command;
import org.merpati.store.people.Tally;
import org.merpati.vault.Snapshot;

/**
 * What is counted for an account: a row for each mark, one for each thing, and one with the sums. There are at most so
 * many marks and things; beyond that the quarter goes that was not told for the longest, marks of a single thing first.
 */
final class Tallies {
    private static final int MARKS = 100_000;
    private static final int THINGS = 20_000;
    /** What having been told more than once is worth, in days. */
    private static final int REPEATED_DAYS = 90;

    private final Ledger ledger;
    private final int marksLimit;
    private final int thingsLimit;

    Tallies(Ledger ledger) {
        this(ledger, MARKS, THINGS);
    }

    Tallies(Ledger ledger, int marksLimit, int thingsLimit) {
        this.ledger = ledger;
        this.marksLimit = marksLimit;
        this.thingsLimit = thingsLimit;
    }

    /** A row that may go, and what it is worth. */
    private record Old(byte[] key, long worth) {}

    byte[] tally(Command.Count command) throws IOException {
        Tally tally = command.tally();
        byte[] thingKey = Keys.number(command.account(), Keys.THING, tally.thing());
        Optional<Tally.Side> before = side(ledger.get(thingKey));
        if (before.equals(tally.side())) {
            return Answer.done().flag(false).toByteArray();
        }
        byte[] sumsKey = Keys.kind(command.account(), Keys.TALLIES);
        Rows.Sums sums = Rows.Sums.read(ledger.get(sumsKey));
        before.ifPresent(side -> sums.count(side, -1));
        tally.side().ifPresent(side -> sums.count(side, 1));
        for (long mark : tally.marks()) {
            mark(Keys.number(command.account(), Keys.MARK, mark), before, tally, sums);
        }
        if (tally.side().isPresent()) {
            sums.things += before.isPresent() ? 0 : 1;
            ledger.put(thingKey, new Rows.Thing(tally.side().get(), tally.day()).write());
        } else {
            sums.things--;
            ledger.delete(thingKey);
        }
        if (sums.marks > marksLimit) {
            sums.marks -= forget(Keys.kind(command.account(), Keys.MARK), marksLimit, Tallies::worthOfMark);
        }
        if (sums.things > thingsLimit) {
            sums.things -= forget(Keys.kind(command.account(), Keys.THING), thingsLimit, Tallies::worthOfThing);
        }
        ledger.put(sumsKey, sums.write());
        return Answer.done().flag(true).toByteArray();
    }

    private static Optional<Tally.Side> side(byte @Nullable [] thing) {
        return thing == null
                ? Optional.empty()
                : Optional.of(Rows.Thing.read(thing).side());
    }

    private void mark(byte[] key, Optional<Tally.Side> before, Tally tally, Rows.Sums sums) throws IOException {
        byte[] value = ledger.get(key);
        if (value == null && tally.side().isEmpty()) {
            return;
        }
        sums.marks += value == null ? 1 : 0;
        Rows.Mark mark = value == null ? new Rows.Mark(0, 0, tally.day()) : Rows.Mark.read(value);
        if (value != null && before.isPresent()) {
            mark = mark.counted(before.get(), -1, tally.day());
        }
        if (tally.side().isPresent()) {
            mark = mark.counted(tally.side().get(), 1, tally.day());
        }
        ledger.put(key, mark.write());
    }

    private static long worthOfMark(byte[] value) {
        Rows.Mark mark = Rows.Mark.read(value);
        int told = mark.first() + mark.second();
        return told == 0 ? 0 : (long) mark.day() + (told > 1 ? REPEATED_DAYS : 0);
    }

    private static long worthOfThing(byte[] value) {
        return Rows.Thing.read(value).day();
    }

    /** What a row is worth. */
    @FunctionalInterface
    private interface Worth {
        long of(byte[] value);
    }

    /** Forgets what is worth least, down to three quarters of the limit. */
    private int forget(byte[] kind, int limit, Worth worth) throws IOException {
        List<Old> all = new ArrayList<>();
        ledger.scan(kind, (key, value) -> {
            all.add(new Old(key, worth.of(value)));
            return true;
        });
        // A stable sort: what is worth the same goes in the order of its keys, on every copy alike.
        all.sort(Comparator.comparingLong(Old::worth));
        List<Old> gone = all.subList(0, Math.max(0, all.size() - limit / 4 * 3));
        gone.forEach(old -> ledger.delete(old.key()));
        return gone.size();
    }

    /** The counts of marks, of an account's rows. */
    static Tally.Counts counts(Snapshot rows, AccountId account, long[] marks) throws IOException {
        Rows.Sums sums = Rows.Sums.read(rows.get(Keys.kind(account, Keys.TALLIES)));
        int[] first = new int[marks.length];
        int[] second = new int[marks.length];
        for (int i = 0; i < marks.length && sums.marks > 0; i++) {
            byte[] value = rows.get(Keys.number(account, Keys.MARK, marks[i]));
            if (value != null) {
                Rows.Mark mark = Rows.Mark.read(value);
                first[i] = mark.first();
                second[i] = mark.second();
            }
        }
        return new Tally.Counts(sums.first, sums.second, first, second);
    }
}
