package org.merpati.node.filter;

import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.merpati.directory.SideTable;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/**
 * A table of the mail filter beside the directory. The table itself need not be safe for use by many threads: it is
 * used by one at a time.
 */
abstract class FilterTable<T> implements SideTable {
    private final String name;
    private final Supplier<T> empty;
    private final BiConsumer<T, BinaryWriter> form;
    private final Function<BinaryReader, T> reading;
    private T table;

    FilterTable(String name, Supplier<T> empty, BiConsumer<T, BinaryWriter> form, Function<BinaryReader, T> reading) {
        this.name = name;
        this.empty = empty;
        this.form = form;
        this.reading = reading;
        this.table = empty.get();
    }

    /**
     * Carries out a change. All of it is read before anything is changed.
     *
     * @throws org.merpati.kernel.Malformed if it cannot be read
     */
    abstract void change(T table, BinaryReader change);

    /** What the table says to a question. */
    final synchronized <R> R ask(Function<T, R> question) {
        return question.apply(table);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final synchronized void change(byte[] change) {
        change(table, new BinaryReader(change));
    }

    @Override
    public final synchronized byte[] write() {
        BinaryWriter to = new BinaryWriter(1 << 16);
        form.accept(table, to);
        return to.toByteArray();
    }

    @Override
    public final synchronized void read(byte[] octets) {
        table = reading.apply(new BinaryReader(octets));
    }

    @Override
    public final synchronized void clear() {
        table = empty.get();
    }
}
