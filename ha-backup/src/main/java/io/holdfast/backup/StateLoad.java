package io.holdfast.backup;

import io.holdfast.backup.logical.Chosen;
import io.holdfast.backup.logical.Header;
import io.holdfast.backup.logical.Loading;
import io.holdfast.backup.logical.Loading.Conflict;
import io.holdfast.backup.logical.Loading.Counts;
import io.holdfast.core.spi.BytesMaps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a {@linkplain LogicalBackup logical backup}, all or a part of it, into a cluster that runs: the one it is of, or another.
 *
 * <pre>{@code
 * Loaded loaded = StateLoad.from(() -> Files.newInputStream(lines))
 *         .maps("orders")
 *         .onlyAbsent()
 *         .into(ReplicatedBytes.in(cluster));
 * }</pre>
 *
 * <p>The lines are read to their end and checked before anything is written. <b>By default nothing is overwritten:</b> if the cluster has
 * another value for any key that would be loaded, or has one where the backup says that it was removed, it is refused, before anything is
 * written; the message names the key and both positions. Writes that come beside are seen too, but for values that go by themselves; what had
 * been loaded then stays, and the message says how much. Values that go by themselves have the time left that they had in the backup.
 *
 * <p>Each value is a write of its own: others see the cluster half loaded. A load that ended half-way is repeated as a whole. Immutable;
 * blocks, for one thread at a time.
 */
public final class StateLoad {
    private static final Logger LOG = LoggerFactory.getLogger(StateLoad.class);
    private static final int IN_FLIGHT = 256;
    private static final int MOST_IN_FLIGHT = 65_536;

    private final StateRestore.Opener lines;
    private final Chosen chosen;
    private final Conflict conflict;
    private final int inFlight;
    private final Consumer<Loaded> progress;

    private StateLoad(
            StateRestore.Opener lines, Chosen chosen, Conflict conflict, int inFlight, Consumer<Loaded> progress) {
        this.lines = lines;
        this.chosen = chosen;
        this.conflict = conflict;
        this.inFlight = inFlight;
        this.progress = progress;
    }

    /** Of these lines, which are opened up to three times. */
    public static StateLoad from(StateRestore.Opener lines) {
        return new StateLoad(lines, Chosen.ALL, Conflict.REFUSE, IN_FLIGHT, far -> {});
    }

    /** Only these maps; all by default. */
    public StateLoad maps(String... names) {
        return new StateLoad(lines, chosen.maps(names), conflict, inFlight, progress);
    }

    /** Only keys whose bytes begin with this text in UTF-8; all by default. */
    public StateLoad prefix(String text) {
        return prefix(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Only keys that begin with these bytes; all by default. */
    public StateLoad prefix(byte[] bytes) {
        return new StateLoad(lines, chosen.prefix(bytes), conflict, inFlight, progress);
    }

    /** Where the cluster has a value, that stays: only what is absent is loaded, and nothing removed. */
    public StateLoad onlyAbsent() {
        return new StateLoad(lines, chosen, Conflict.KEEP, inFlight, progress);
    }

    /** Whatever the cluster has is replaced, and what the backup of a period says was removed is removed. */
    public StateLoad overwrite() {
        return new StateLoad(lines, chosen, Conflict.OVERWRITE, inFlight, progress);
    }

    /**
     * How many calls wait for their answers at once, at most; 256 by default, and no more than 4 MiB of keys and values beyond one entry.
     *
     * @param calls 1 to 65,536
     */
    public StateLoad inFlight(int calls) {
        if (calls < 1 || calls > MOST_IN_FLIGHT) {
            throw new IllegalArgumentException(calls + " calls are not within 1 to " + MOST_IN_FLIGHT);
        }
        return new StateLoad(lines, chosen, conflict, calls, progress);
    }

    /** Who is told how far it has come, on the thread that loads, after each such number of calls; what it throws ends the load. */
    public StateLoad progress(Consumer<Loaded> told) {
        return new StateLoad(lines, chosen, conflict, inFlight, told);
    }

    /**
     * Says what {@link #into} would do, having read all of both. Changes nothing.
     *
     * @throws IOException as of {@link #into}
     */
    public Loaded dryRun(BytesMaps cluster) throws IOException, InterruptedException {
        return run("a dry run", cluster, (loading, header) -> loading.compare());
    }

    /**
     * Does it.
     *
     * @param cluster as {@code ReplicatedBytes.in} of {@code ha-replication} gives it
     * @throws LoadRefusedException if the cluster has something else, and it was not said what to do then
     * @throws IOException if the lines are damaged or cut short, in which case nothing has been written; or if a call fails, with the cluster's
     *     exception as its cause, and how much had been written
     */
    public Loaded into(BytesMaps cluster) throws IOException, InterruptedException {
        return run("loading", cluster, Loading::load);
    }

    private interface Work {
        void run(Loading loading, Header header) throws IOException, InterruptedException;
    }

    private Loaded run(String what, BytesMaps cluster, Work work) throws IOException, InterruptedException {
        Header header = loading(cluster, far -> {}).verify();
        Loading loading = loading(cluster, far -> progress.accept(loaded(header, far)));
        work.run(loading, header);
        Loaded loaded = loaded(header, loading.counts());
        LOG.info(
                "{} of a logical backup of {} up to entry {} of the log {}: {}",
                what,
                header.cluster(),
                header.index(),
                header.logId(),
                loaded);
        return loaded;
    }

    private Loading loading(BytesMaps cluster, Consumer<Counts> told) {
        return new Loading(lines::open, chosen, cluster, conflict, inFlight, StateLoad::refused, told);
    }

    private static Loaded loaded(Header header, Counts counts) {
        Header.Changes changes = header.changes();
        List<String> whole = changes == null
                ? List.of()
                : changes.wholeMaps().stream()
                        .map(name -> new String(name, StandardCharsets.UTF_8))
                        .toList();
        return new Loaded(
                header.logId(),
                header.index(),
                counts.written(),
                counts.removed(),
                counts.same(),
                counts.kept(),
                counts.passedOver(),
                whole);
    }

    private static LoadRefusedException refused(Header header, String map, String key, long position, long written) {
        String message = "the map \"" + map + "\" has something else for the key " + key
                + " than is to be loaded, which may be newer: the backup goes up to entry " + header.index()
                + " of the log " + header.logId() + ", and the cluster is at entry " + position + " of its log. "
                + (written == 0 ? "Nothing" : written + " entries")
                + " had been written. Write onlyAbsent() to keep what is there, or overwrite()";
        return new LoadRefusedException(message, map, header.index(), position);
    }
}
