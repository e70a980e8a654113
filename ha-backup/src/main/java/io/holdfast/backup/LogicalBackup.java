package io.holdfast.backup;

import io.holdfast.backup.logical.Chosen;
import io.holdfast.backup.logical.LinesSource;
import io.holdfast.backup.logical.Period;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateContents.Entry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Backups of chosen entries of the replicated maps, as lines of JSON, which {@link StateLoad} loads into a cluster that runs. What is in
 * one is as it was at one entry of the log, on the node that makes it, a slave as well as the master; reads and writes go on.
 *
 * <pre>{@code
 * BackupSource orders = StateBackups.logical("orders", "shop", cluster.feature(ReplicatedState.class))
 *         .maps("orders", "customers")
 *         .prefix("eu-")
 *         .since(last);
 * }</pre>
 *
 * <p><b>A period.</b> With {@link #since(long)} and its like a backup holds the keys that commands have named since then, each with its value
 * at the backup's end, or with the mark that it is not there. The period ends with the entry that the backup is of: what a value was in
 * between is not in it. A key counts as named also if the command changed nothing. Which keys were there when a map was cleared is not in the log,
 * so of such a map all entries are taken, and the header names it. A value that goes by itself is not told when it goes: it carries how
 * long it had left. If the log does not reach back so far any more, or too many keys were named, all that is chosen is taken, and the
 * header and the catalogue's remarks say why.
 *
 * <p>Memory is bounded by the longest entry and, for a period, by {@link #keysAtMost}. Immutable; safe from any thread.
 */
public final class LogicalBackup implements BackupSource {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    /** Of a period, 32 MiB of memory at the most. */
    private static final int KEYS_AT_MOST = 1 << 20;

    private final LinesSource source;

    LogicalBackup(String name, String cluster, ReplicatedState state) {
        this(new LinesSource(state, cluster, name, Chosen.ALL, new Period.Always(), KEYS_AT_MOST));
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is no name of a source: 1 to 40 of a-z 0-9 -, beginning with a letter");
        }
    }

    private LogicalBackup(LinesSource source) {
        this.source = source;
        if (source.chosen().filter() != null && !(source.period() instanceof Period.Always)) {
            throw new IllegalArgumentException(
                    "where() cannot be asked of keys that were removed since, so a backup of a"
                            + " period would say nothing true of them; choose by maps and prefix, or leave the period out");
        }
    }

    private LogicalBackup choosing(Chosen chosen) {
        return new LogicalBackup(new LinesSource(
                source.state(), source.cluster(), source.name(), chosen, source.period(), source.keysAtMost()));
    }

    private LogicalBackup of(Period period) {
        return new LogicalBackup(new LinesSource(
                source.state(), source.cluster(), source.name(), source.chosen(), period, source.keysAtMost()));
    }

    /** Of these maps; of all by default. One that is not there is empty. */
    public LogicalBackup maps(String... names) {
        return choosing(source.chosen().maps(names));
    }

    /** Of keys whose bytes begin with this text in UTF-8; of all by default. */
    public LogicalBackup prefix(String text) {
        return prefix(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Of keys that begin with these bytes; of all by default. */
    public LogicalBackup prefix(byte[] bytes) {
        return choosing(source.chosen().prefix(bytes));
    }

    /**
     * Of entries that pass this, too; not together with a period.
     *
     * @param filter is asked on the thread that writes the backup; what it throws ends the backup
     */
    public LogicalBackup where(Predicate<Entry> filter) {
        return choosing(source.chosen().filter(filter));
    }

    /**
     * Of what commands after an entry of the log have named.
     *
     * @param index not negative; such as the {@link LogRange#toIndex end} of an earlier backup of this log, for which the caller answers
     */
    public LogicalBackup since(long index) {
        if (index < 0) {
            throw new IllegalArgumentException("an entry of the log has no index " + index);
        }
        return of(new Period.AfterIndex(index));
    }

    /** Of what commands after a moment have named, by the masters' wall clocks, to the millisecond. */
    public LogicalBackup since(Instant moment) {
        return of(new Period.AfterMoment(Math.max(1, moment.toEpochMilli())));
    }

    /**
     * Of what commands have named since the last such backup: all of it the first time, and after a restore, which begins another log.
     *
     * @param last what the last one stands for, as the catalogue has it; asked for each backup, where {@link #prepare} is called; must not block
     */
    public LogicalBackup sinceLast(Supplier<Optional<LogRange>> last) {
        return of(new Period.AfterLast(last));
    }

    /**
     * With another bound for the keys that may be named in a period before all is taken that is chosen; 1,048,576 by default. Each takes
     * up to 32 bytes of memory while the backup is written.
     *
     * @param keys 1 to 16,777,216
     */
    public LogicalBackup keysAtMost(int keys) {
        if (keys < 1 || keys > 1 << 24) {
            throw new IllegalArgumentException(keys + " keys are not within 1 to " + (1 << 24));
        }
        return new LogicalBackup(new LinesSource(
                source.state(), source.cluster(), source.name(), source.chosen(), source.period(), keys));
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public BackupKind kind() {
        return source.kind();
    }

    @Override
    public CompletionStage<? extends Prepared> prepare(Duration limit) {
        return source.prepare(limit);
    }
}
