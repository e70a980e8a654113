package io.holdfast.backup.logical;

import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.LogRange;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.LogGapException;
import io.holdfast.core.spi.StateContents;
import io.holdfast.core.spi.StateCut;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cut, of which what is chosen is written as lines; of a period, what its commands name. For that the log is read twice and the cut, too:
 * which keys were named; which of them are there; those that are not, whose names only the log has; and those that are.
 */
final class PreparedLines implements Prepared {
    /** So often whoever waits is told that it goes on. */
    private static final int ALIVE_ENTRIES = 1 << 16;

    private final LinesSource source;
    private final Start start;
    private final StateCut cut;
    private final Duration limit;
    private final StateContents contents;
    private final Chosen.Matcher chosen;
    private String wholeBecause;
    private long passed;

    PreparedLines(LinesSource source, Start start, StateCut cut, Duration limit) {
        this.source = source;
        this.start = start;
        this.cut = cut;
        this.limit = limit;
        this.contents = source.state().contents();
        this.chosen = source.chosen().matcher();
        this.wholeBecause = start.wholeBecause();
    }

    @Override
    public Outcome writeTo(Parts parts) throws IOException, InterruptedException {
        try {
            return write(parts);
        } catch (IOException | RuntimeException failed) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException("interrupted while it was written");
                interrupted.initCause(failed);
                throw interrupted;
            }
            throw failed;
        }
    }

    private Outcome write(Parts parts) throws IOException {
        NamedInLog named = start.isWhole() ? null : named(parts);
        Header header = header(named);
        long[] counts = new long[2];
        parts.put(LinesSource.PART, true, out -> {
            LineWriter lines = new LineWriter(out, header);
            write(parts, lines, named);
            lines.end();
            counts[0] = lines.entries();
            counts[1] = lines.removals();
        });
        long fromMillis = named == null ? 0 : named.firstMillis() == 0 ? cut.wallMillis() : named.firstMillis();
        return outcome(header, fromMillis, counts[0], counts[1]);
    }

    private void write(Parts parts, LineWriter lines, @Nullable NamedInLog named) throws IOException {
        if (named != null) {
            named.again((map, key) -> {
                passed();
                if (named.isRemoved(map, key)) {
                    lines.removal(map, key);
                }
            });
        }
        entries(parts, entry -> {
            if (chosen.entry(entry) && (named == null || named.isNamed(entry.map(), entry.key()))) {
                lines.entry(entry);
            }
        });
    }

    /** @return null if there are too many, or they are not to be had any more */
    private @Nullable NamedInLog named(Parts parts) throws IOException {
        if (cut.index() < start.afterIndex()) {
            throw new NotAvailableException("the period begins after entry " + start.afterIndex()
                    + ", and this node has come to entry " + cut.index() + ": it lags, or the entry is of another log");
        }
        NamedInLog named = new NamedInLog(source.state(), contents, cut, start, chosen, source.keysAtMost(), limit);
        try {
            if (!named.read(parts)) {
                wholeBecause = "more than " + source.keysAtMost() + " keys were named in the period";
                return null;
            }
        } catch (LogGapException dropped) { // somebody else has asked for the log since
            wholeBecause = String.valueOf(dropped.getMessage());
            return null;
        }
        parts.alive();
        entries(parts, entry -> {
            if (chosen.key(entry.map(), entry.key())) {
                named.isThere(entry.map(), entry.key());
            }
        });
        return named;
    }

    private void entries(Parts parts, StateContents.EntryVisitor each) throws IOException {
        try (InputStream in = cut.open()) {
            contents.entries(in, entry -> {
                if (passed() % ALIVE_ENTRIES == 0) {
                    parts.alive(); // where few are chosen, little is written for long
                }
                each.entry(entry);
            });
        }
    }

    private long passed() throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new IOException("interrupted after " + passed + " entries");
        }
        return ++passed;
    }

    private Header header(@Nullable NamedInLog named) {
        return new Header(
                source.cluster(),
                cut.logId(),
                cut.index(),
                cut.term(),
                cut.wallMillis(),
                List.copyOf(source.chosen().sortedMaps()),
                source.chosen().prefix(),
                source.chosen().filter() != null,
                named == null ? null : new Header.Changes(start.afterIndex(), start.afterMillis(), named.wholeMaps()),
                named == null ? wholeBecause : "");
    }

    private Outcome outcome(Header header, long fromMillis, long entries, long removals) {
        Header.Changes changes = header.changes();
        List<String> remarks = new ArrayList<>();
        if (!header.wholeBecause().isEmpty()) {
            remarks.add("all that is chosen was taken instead of a period: " + header.wholeBecause());
        }
        if (changes != null) {
            for (byte[] map : changes.wholeMaps()) {
                remarks.add("all of the map " + Bytes.shown(map)
                        + " was taken, since all its keys were removed at once; which those were is not known");
            }
        }
        long from = changes == null ? 0 : Math.min(changes.afterIndex() + 1, cut.index());
        LogRange range = new LogRange(cut.logId(), from, cut.index(), cut.term(), fromMillis, cut.wallMillis());
        Map<String, String> facts = Map.of("entries", Long.toString(entries), "removals", Long.toString(removals));
        return new Outcome(Optional.of(range), facts, remarks);
    }

    @Override
    public void close() {
        cut.close();
    }
}
