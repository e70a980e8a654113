package io.holdfast.replication.node;

import io.holdfast.core.runtime.Storage;
import io.holdfast.replication.StateMachine;
import io.holdfast.replication.locks.LockTable;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.IdentityFile;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogScanner;
import io.holdfast.replication.roles.RoleTable;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.EntryKind;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Session;
import io.holdfast.replication.session.SessionTable;
import io.holdfast.replication.snapshot.SnapshotFile;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotStore;
import io.holdfast.replication.structures.MapMachine;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Applies the snapshot and the log of a restored directory to built-in machines of its own, in the order and at the times at which an {@link
 * Applier} does, which is what their hashes stand on. A user's machine is left out: its part of the snapshot is read and checked, and
 * its commands are taken for applied, which changes nothing of the others.
 */
final class TrialReplay {
    private static final byte[] NO_ANSWER = new byte[0];
    /** How many values of maps that are due are removed at a time. */
    private static final int EXPIRE_A_TURN = 2_048;

    private final LongConsumer progress;
    private final SessionTable sessions = new SessionTable();
    private final MapMachine maps;
    private final RoleTable roles;
    private final LockTable locks;
    private long applied;

    private TrialReplay(StoredState.BuiltIn from, LongConsumer progress) {
        this.progress = progress;
        sessions.restore(from.sessions());
        this.maps = from.maps();
        this.roles = from.roles();
        this.locks = from.locks();
        this.applied = from.meta().index();
    }

    /**
     * Applies what is there up to that entry.
     *
     * @param upTo the last entry of a batch, which is in the directory
     * @throws IOException if it is not, or anything before it cannot be read
     */
    static Map<String, Long> replay(Storage storage, Path directory, long upTo, LongConsumer progress)
            throws IOException {
        Identity identity = IdentityFile.load(storage, directory);
        SnapshotFile file = identity == null
                ? null
                : SnapshotStore.newest(storage, directory.resolve("snapshots"), identity.logId());
        if (file == null) {
            throw new IOException("nothing has been restored into " + directory);
        }
        TrialReplay replay;
        try {
            replay = new TrialReplay(new StoredState(file).builtIn(true), progress);
        } catch (UncheckedIOException unreadable) {
            throw new IOException(unreadable.getMessage(), unreadable);
        }
        SnapshotMeta base = file.read(snapshot -> snapshot.meta());
        LogScanner.Report found = LogScanner.scan(
                storage,
                directory.resolve("log"),
                new LogBase(base.index(), base.term()),
                (segment, offset, batch) -> replay.apply(batch, upTo));
        if (replay.applied != upTo) {
            throw new IOException("what was restored into " + directory + " ends with entry " + replay.applied
                    + ", and " + upTo + " was to be the last one; " + found.detail());
        }
        return StateParts.hashes(replay.maps, replay.roles, replay.locks);
    }

    private void apply(ByteBuf batch, long upTo) {
        if (Batch.firstIndex(batch) <= applied || Batch.firstIndex(batch) > upTo) {
            return; // in the snapshot, or what a restore begins the new cluster with
        }
        long first = Batch.firstIndex(batch);
        long time = Batch.masterNanos(batch);
        long epoch = Batch.epochToken(batch);
        while (maps.isDue(time)) {
            maps.expire(first, time, EXPIRE_A_TURN);
        }
        sessions.endBelow(epoch);
        sessions.expire(time);
        roles.tokensAbove(epoch);
        locks.tokensAbove(epoch);
        roles.passTime(first, time);
        locks.passTime(first, time);
        Batch.Entries entries = Batch.entries(batch);
        while (entries.next()) {
            apply(batch, entries, epoch, time);
            applied = entries.index();
        }
        progress.accept(applied);
    }

    private void apply(ByteBuf batch, Batch.Entries entry, long epoch, long time) {
        int at = entry.bodyOffset();
        switch (entry.kind()) {
            case EntryKind.NOOP, EntryKind.CONFIGURATION -> {}
            case EntryKind.OPEN_SESSION -> sessions.open(epoch | entry.index(), time);
            case EntryKind.KEEP_ALIVE -> sessions.keepAlive(batch.getLong(at), batch.getLong(at + 8), time);
            case EntryKind.CLOSE_SESSION -> sessions.close(batch.getLong(at));
            case EntryKind.COMMAND -> command(batch, entry, time);
            default ->
                throw new IllegalStateException("entry " + entry.index() + " is of kind " + entry.kind()
                        + ", which is not known to this release");
        }
    }

    private void command(ByteBuf batch, Batch.Entries entry, long time) {
        int at = entry.bodyOffset();
        long sequence = batch.getLong(at + 8);
        Session session = sessions.touch(batch.getLong(at), batch.getLong(at + 16), time);
        if (session == null || session.command(sequence) != Session.Verdict.FRESH) {
            return;
        }
        ByteBuffer bytes = batch.nioBuffer(at + EntryKind.COMMAND_HEADER, entry.bodyLength() - EntryKind.COMMAND_HEADER)
                .asReadOnlyBuffer();
        Outcome outcome = Outcome.APPLIED;
        byte[] answer = NO_ANSWER;
        try {
            answer = answer(batch.getUnsignedByte(at + 24), batch, entry, bytes, time);
        } catch (RuntimeException refused) {
            outcome = Outcome.FAILED; // on all nodes alike: its caller was told
        }
        session.complete(sequence, outcome, answer);
    }

    private byte[] answer(int machine, ByteBuf batch, Batch.Entries entry, ByteBuffer bytes, long time) {
        return switch (machine) {
            case Commands.MAPS ->
                maps.apply(
                        new StateMachine.Entry(entry.index(), Batch.term(batch), Batch.wallMillis(batch), bytes), time);
            case Commands.ROLES -> roles.apply(entry.index(), time, bytes);
            case Commands.LOCKS -> locks.apply(entry.index(), time, bytes);
            default -> NO_ANSWER; // a user's, or nobody's
        };
    }
}
