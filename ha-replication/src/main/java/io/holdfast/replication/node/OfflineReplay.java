package io.holdfast.replication.node;

import io.holdfast.core.runtime.Storage;
import io.holdfast.replication.OfflineLog.Report;
import io.holdfast.replication.StateMachine;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.IdentityFile;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogScanner;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.EntryKind;
import io.holdfast.replication.session.Session;
import io.holdfast.replication.session.SessionTable;
import io.holdfast.replication.snapshot.SnapshotFile;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotStore;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Applies a stopped node's log as a running node would: the session table decides what is applied. */
public final class OfflineReplay {
    private final StateMachine machine;
    private final SessionTable sessions = new SessionTable();
    private long commands;
    private long repeated;

    private OfflineReplay(StateMachine machine) {
        this.machine = machine;
    }

    /** Replays what is known to be committed; see {@link io.holdfast.replication.OfflineLog}. */
    public static Report replay(Path directory, StateMachine machine) throws IOException {
        Storage storage = Storage.files();
        Identity identity = IdentityFile.load(storage, directory);
        if (identity == null) {
            throw new IOException(directory + " is no node's directory: there is no identity in it");
        }
        Path log = directory.resolve("log");
        OfflineReplay replay = new OfflineReplay(machine);
        SnapshotMeta snapshot =
                replay.restore(SnapshotStore.newest(storage, directory.resolve("snapshots"), identity.logId()));
        LogBase base = snapshot == null ? LogBase.NONE : new LogBase(snapshot.index(), snapshot.term());
        LogScanner.Report found = LogScanner.scan(storage, log, base, (file, offset, batch) -> {});
        if (found.ending() == LogScanner.Ending.DAMAGED) {
            throw new IOException(found.detail());
        }
        long commit = Math.max(base.index(), found.commitIndex());
        LogScanner.scan(storage, log, base, (file, offset, batch) -> {
            if (Batch.firstIndex(batch) > base.index() && Batch.lastIndex(batch) <= commit) {
                replay.apply(batch);
            }
        });
        return new Report(
                identity.clusterName(),
                identity.nodeId(),
                found.lastIndex(),
                commit,
                base.index(),
                replay.commands,
                replay.repeated,
                found.ending() == LogScanner.Ending.TORN);
    }

    /** Takes the state from a snapshot, if there is one. */
    private @Nullable SnapshotMeta restore(@Nullable SnapshotFile file) throws IOException {
        if (file == null) {
            return null;
        }
        StoredState stored = new StoredState(file);
        StoredState.BuiltIn builtIn;
        try {
            builtIn = stored.builtIn(true);
            stored.restore(machine);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e.getCause());
        }
        sessions.restore(builtIn.sessions());
        return builtIn.meta();
    }

    private void apply(ByteBuf batch) {
        long time = Batch.masterNanos(batch);
        long epoch = Batch.epochToken(batch);
        sessions.endBelow(epoch);
        sessions.expire(time);
        Batch.Entries entries = Batch.entries(batch);
        while (entries.next()) {
            int at = entries.bodyOffset();
            switch (entries.kind()) {
                case EntryKind.NOOP -> {}
                case EntryKind.OPEN_SESSION -> sessions.open(epoch | entries.index(), time);
                case EntryKind.COMMAND -> command(batch, entries, at, time);
                case EntryKind.KEEP_ALIVE -> sessions.keepAlive(batch.getLong(at), batch.getLong(at + 8), time);
                case EntryKind.CONFIGURATION -> {}
                case EntryKind.CLOSE_SESSION -> sessions.close(batch.getLong(at));
                default ->
                    throw new IllegalStateException(
                            "entry kind " + entries.kind() + " at index " + entries.index() + " is not known");
            }
        }
    }

    private void command(ByteBuf batch, Batch.Entries entry, int at, long time) {
        Session session = sessions.touch(batch.getLong(at), batch.getLong(at + 16), time);
        if (session == null || session.command(batch.getLong(at + 8)) != Session.Verdict.FRESH) {
            repeated++;
            return;
        }
        if (batch.getUnsignedByte(at + 24) != Commands.USER) {
            return;
        }
        commands++;
        try {
            machine.apply(new StateMachine.Entry(
                    entry.index(),
                    Batch.term(batch),
                    Batch.wallMillis(batch),
                    batch.nioBuffer(at + EntryKind.COMMAND_HEADER, entry.bodyLength() - EntryKind.COMMAND_HEADER)
                            .asReadOnlyBuffer()));
        } catch (RuntimeException onTheNodesAlike) {
            // The caller was told.
        }
    }
}
